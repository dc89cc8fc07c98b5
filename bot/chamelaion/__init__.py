"""The Chamelaion API: requests come in as our own values, every other outcome as one of our errors."""

from bot.chamelaion.gateway import ChamelaionGateway

__all__ = ["ChamelaionGateway"]
