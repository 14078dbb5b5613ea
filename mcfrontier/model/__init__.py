"""The model: plain functions, one file a topic. The folder to edit when a formula is to change."""
