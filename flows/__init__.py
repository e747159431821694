"""The processes as one would draw them on a whiteboard; `prefect.yaml` deploys them."""
