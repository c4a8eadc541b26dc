"""The page of whoever deploys an app."""
