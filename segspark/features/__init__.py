"""Windowed behavioural features: a catalogue as data, daily tiles, a pure kernel."""
