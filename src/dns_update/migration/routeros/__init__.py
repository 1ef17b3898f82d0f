"""Scripts and exports of RouterOS, moved: each script runs on a simulated router, and what it does is put down."""
