"""Chips side by side: what is paid for, and how many a model needs."""

import numpy as np

from mcfrontier.graph import node


@node("USD/(TFLOP/s)")
def price_per_fp32_rate(gpu_price, fp32_rate):
    """Price of speed in FP32, without tensor cores."""
    return gpu_price / fp32_rate


@node("USD/(TFLOP/s)")
def price_per_bf16_rate(gpu_price, bf16_rate):
    """Price of speed in BF16 or FP16 with tensor cores, dense."""
    return gpu_price / bf16_rate


@node("USD/(TFLOP/s)")
def price_per_eight_bit_rate(gpu_price, eight_bit_rate):
    """Price of speed in FP8, or in INT8 where a chip has no FP8, dense."""
    return gpu_price / eight_bit_rate


@node("USD/GB")
def price_per_memory(gpu_price, chip_memory):
    """Price of a chip over its memory."""
    return gpu_price / chip_memory


@node("USD/(TB/s)")
def price_per_bandwidth(gpu_price, memory_bandwidth):
    """Price of a chip over the bandwidth of its memory."""
    return gpu_price / memory_bandwidth


@node("USD/W")
def price_per_power(gpu_price, tdp):
    """Price of a chip over its TDP."""
    return gpu_price / tdp


@node("TFLOP/s/W")
def bf16_rate_per_power(bf16_rate, tdp):
    """Speed in BF16 or FP16 with tensor cores for a watt of TDP."""
    return bf16_rate / tdp


@node("TFLOP/s/USD")
def bf16_rate_per_price(bf16_rate, gpu_price):
    """Speed in BF16 or FP16 with tensor cores for a dollar."""
    return bf16_rate / gpu_price


@node("1")
def eight_bit_over_fp32(eight_bit_rate, fp32_rate):
    """How many times faster small numbers are than FP32."""
    return eight_bit_rate / fp32_rate


@node("1")
def fp32_over_cpu(fp32_rate, cpu_rate):
    """How many times faster a chip is than a CPU, both at their peak in FP32."""
    return fp32_rate / cpu_rate


@node("Tbit/s/chip")
def export_rating(eight_bit_rate, bits_per_operation):
    """What the export rule of the USA of 2022 counts: operations a second times the bits of their numbers."""
    return eight_bit_rate * bits_per_operation


@node("%")
def ordinary_memory_share(chip_memory, ordinary_memory_price, gpu_price):
    """What as much ordinary computer memory would cost, as a part of the chip's price."""
    return chip_memory * ordinary_memory_price / gpu_price


@node("%")
def disk_memory_share(chip_memory, disk_price, gpu_price):
    """What as much room on a hard disk would cost, as a part of the chip's price."""
    return chip_memory * disk_price / gpu_price


@node("GB")
def training_memory(total_parameters, bytes_per_parameter):
    """Memory that holds a model while it is trained: weights, gradients and the optimiser's state."""
    return total_parameters * bytes_per_parameter


@node("chip")
def chips_for_memory(training_memory, chip_memory):
    """The least number of chips whose memory together holds a model while it is trained."""
    return np.ceil(training_memory / chip_memory)


@node("1", along="chip")
def newer_chip_cost_over_older(inhouse_cost):
    """Cost of a run in the owner's books on the last chip that is named, over that on the first."""
    return inhouse_cost[-1] / inhouse_cost[0]
