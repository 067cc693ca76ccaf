"""What numbers mean: counters, histograms, time series, PromQL, the scrape format. Pure: no I/O, no clock."""
