"""The dashboards and alert rules as files: ``python -m primehub_deploy_ext.monitoring.grafana`` makes them anew.

Needs ``grafana-foundation-sdk``, which only those who change a dashboard have to install.
"""
