"""The model: plain functions, one file for each topic. To change a formula, edit this folder."""
