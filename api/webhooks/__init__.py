"""Telling others of events: addresses that are told, signed messages, attempts and replays."""
