"""The words of reports and messages, Swedish and English."""
