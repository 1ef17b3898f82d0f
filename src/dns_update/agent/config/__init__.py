"""The agent's configuration: from TOML to frozen settings."""
