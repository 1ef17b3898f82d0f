# Made by: python -m lab.completion
source (status dirname)/dns-update.fish
