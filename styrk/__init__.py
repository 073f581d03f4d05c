"""The commands: joins the stages, and is the only place that knows them all."""

__version__ = "0.1.0"
