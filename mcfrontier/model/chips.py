"""Comparison of chips: prices by performance, and the number of chips that a model needs."""

import numpy as np

from mcfrontier.graph import node


@node("USD/(TFLOP/s)")
def price_per_fp32_rate(gpu_price, fp32_rate):
    """Price of a chip divided by its rate in FP32, without tensor cores."""
    return gpu_price / fp32_rate


@node("USD/(TFLOP/s)")
def price_per_bf16_rate(gpu_price, bf16_rate):
    """Price of a chip divided by its dense rate in BF16 or FP16 with tensor cores."""
    return gpu_price / bf16_rate


@node("USD/(TFLOP/s)")
def price_per_eight_bit_rate(gpu_price, eight_bit_rate):
    """Price of a chip divided by its dense rate in FP8, or in INT8 where it has no FP8."""
    return gpu_price / eight_bit_rate


@node("USD/GB")
def price_per_memory(gpu_price, chip_memory):
    """Price of a chip divided by its memory."""
    return gpu_price / chip_memory


@node("USD/(TB/s)")
def price_per_bandwidth(gpu_price, memory_bandwidth):
    """Price of a chip divided by its memory bandwidth."""
    return gpu_price / memory_bandwidth


@node("USD/W")
def price_per_power(gpu_price, tdp):
    """Price of a chip divided by its TDP."""
    return gpu_price / tdp


@node("TFLOP/s/W")
def bf16_rate_per_power(bf16_rate, tdp):
    """Rate in BF16 or FP16 with tensor cores for each watt of TDP."""
    return bf16_rate / tdp


@node("TFLOP/s/USD")
def bf16_rate_per_price(bf16_rate, gpu_price):
    """Rate in BF16 or FP16 with tensor cores for each dollar."""
    return bf16_rate / gpu_price


@node("1")
def eight_bit_over_fp32(eight_bit_rate, fp32_rate):
    """Ratio of the rate in FP8 or INT8 to that in FP32."""
    return eight_bit_rate / fp32_rate


@node("1")
def fp32_over_cpu(fp32_rate, cpu_rate):
    """Ratio of the peak rate of a chip in FP32 to that of a CPU."""
    return fp32_rate / cpu_rate


@node("Tbit/s/chip")
def export_rating(eight_bit_rate, bits_per_operation):
    """Rating in the US export rule of 2022: operations per second times the bits of each operation."""
    return eight_bit_rate * bits_per_operation


@node("%")
def ordinary_memory_share(chip_memory, ordinary_memory_price, gpu_price):
    """Cost of an equal amount of ordinary computer memory, as a share of the price of the chip."""
    return chip_memory * ordinary_memory_price / gpu_price


@node("%")
def disk_memory_share(chip_memory, disk_price, gpu_price):
    """Cost of an equal amount of hard disk, as a share of the price of the chip."""
    return chip_memory * disk_price / gpu_price


@node("GB")
def training_memory(total_parameters, bytes_per_parameter):
    """Memory of a model in training: weights, gradients and optimiser state."""
    return total_parameters * bytes_per_parameter


@node("chip")
def chips_for_memory(training_memory, chip_memory):
    """Smallest number of chips with enough memory for a model in training."""
    return np.ceil(training_memory / chip_memory)


@node("1", along="chip")
def newer_chip_cost_over_older(inhouse_cost):
    """Ratio of the in-house cost of a run on the last chip of the list to that on the first."""
    return inhouse_cost[-1] / inhouse_cost[0]
