"""What deployments do and take, measured by the daemon every few seconds and kept in a file of its own.

``census`` says who there is, ``meters`` read what each takes, ``collector`` turns all of it into samples and totals,
``archive`` keeps them, ``metering`` runs it and answers questions.
"""
