"""What replicas count, read from them while somebody looks, and kept in memory for the last minutes.

``pages`` reads what a replica says, ``harvest`` turns it into samples, ``recent`` keeps those, ``reading`` fetches, and
``metering`` runs it and answers questions. What is to last longer than that is a Prometheus' business.
"""
