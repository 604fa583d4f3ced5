"""Where a figure comes from: what the bundles of its models say, in a note below it and in a page of each."""
