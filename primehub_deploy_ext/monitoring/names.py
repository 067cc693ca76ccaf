"""Names of the metrics: of the scrape endpoint, and so of every query."""

from __future__ import annotations

# As Seldon Core's executor and Python wrapper name them.
SERVER = "seldon_api_executor_server_requests_seconds"
CLIENT = "seldon_api_executor_client_requests_seconds"
FEEDBACK = "seldon_api_model_feedback_total"
REWARD = "seldon_api_model_feedback_reward_total"

# Ours.
INFO = "primehub_deployment_info"
PHASE = "primehub_deployment_phase"
DESIRED = "primehub_deployment_replicas_desired"
READY = "primehub_deployment_replicas_ready"
RESTARTS = "primehub_replica_restarts_total"
CPU = "primehub_replica_cpu_seconds_total"
MEMORY = "primehub_replica_memory_bytes"
REPLICA_READY = "primehub_replica_ready"
REPLICA_PREDICTIONS = "primehub_replica_predictions_total"
IN_FLIGHT = "primehub_deployment_requests_in_flight"
ABORTED = "primehub_gateway_aborted_total"
BYTES_IN = "primehub_gateway_received_bytes_total"
BYTES_OUT = "primehub_gateway_sent_bytes_total"
BATCHES = "primehub_model_batches_total"
BATCH_ROWS = "primehub_model_batch_rows_total"
QUOTA = "primehub_group_quota"
USAGE = "primehub_group_usage"
