// Generated from docs/openapi.json by `jlpm types`; do not edit.
/* eslint-disable */
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Action
         * @description What a revision did to its deployment.
         * @enum {string}
         */
        Action: "create" | "update" | "scale" | "stop" | "start" | "restart" | "rollback";
        /**
         * ActionOptions
         * @description Body of ``POST deployments/{id}:stop``, ``:start`` and ``:restart``.
         */
        ActionOptions: {
            /**
             * Update Message
             * @default
             */
            update_message: string;
        };
        /**
         * AlertRule
         * @description When to raise an alert.
         */
        "AlertRule-Input": {
            /**
             * Enabled
             * @default true
             */
            enabled: boolean;
            /**
             * Hold
             * @description seconds that it must be so before the alert fires
             * @default 60
             */
            hold: number;
            /**
             * Kind
             * @enum {string}
             */
            kind: "error_rate" | "latency_p95" | "no_ready_replica" | "reward_below";
            /**
             * Threshold
             * @description error_rate: share of 5xx, from 0 to less than 1; latency_p95: seconds, not below 0; reward_below: mean reward, which may be below 0; else unused
             * @default 0
             */
            threshold: number;
            /**
             * Window
             * @description seconds that are looked at
             * @default 300
             */
            window: number;
        };
        /**
         * AlertRule
         * @description When to raise an alert.
         */
        "AlertRule-Output": {
            /**
             * Enabled
             * @default true
             */
            enabled: boolean;
            /**
             * Hold
             * @description seconds that it must be so before the alert fires
             * @default 60
             */
            hold: number;
            /**
             * Kind
             * @enum {string}
             */
            kind: "error_rate" | "latency_p95" | "no_ready_replica" | "reward_below";
            /**
             * Threshold
             * @description error_rate: share of 5xx, from 0 to less than 1; latency_p95: seconds, not below 0; reward_below: mean reward, which may be below 0; else unused
             * @default 0
             */
            threshold: number;
            /**
             * Window
             * @description seconds that are looked at
             * @default 300
             */
            window: number;
        };
        /**
         * Alerts
         * @description The rules of a deployment and how they stand.
         */
        Alerts: {
            /**
             * Delivery
             * @description what went wrong with the last call of the webhook; empty: nothing
             * @default
             */
            delivery: string;
            /**
             * Editable
             * @description whether they can be changed here, not only in Prometheus
             * @default true
             */
            editable: boolean;
            /** Rules */
            rules: components["schemas"]["AlertRule-Output"][];
            /** States */
            states: components["schemas"]["AlertState"][];
            /**
             * Version
             * @description grows with each change of the rules or the webhook: for ``If-Match``
             * @default 0
             */
            version: number;
            /** Webhook */
            webhook: string;
        };
        /**
         * AlertSettings
         * @description Body of ``PUT deployments/{id}/alerts``: all rules of a deployment.
         */
        AlertSettings: {
            /** Rules */
            rules?: components["schemas"]["AlertRule-Input"][];
            /**
             * Webhook
             * @description gets a POST with each alert that begins or ends; empty: none
             * @default
             */
            webhook: string;
        };
        /**
         * AlertState
         * @description How a rule stands now.
         */
        AlertState: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "error_rate" | "latency_p95" | "no_ready_replica" | "reward_below";
            /**
             * Message
             * @default
             */
            message: string;
            /**
             * Since
             * @default null
             */
            since: string | null;
            /**
             * State
             * @description unknown: there is nothing to tell from
             * @enum {string}
             */
            state: "ok" | "pending" | "firing" | "unknown";
            /**
             * Value
             * @description what is compared with the threshold
             * @default null
             */
            value: number | null;
        };
        /**
         * AuditEntry
         * @description One thing that somebody did, or tried to do.
         */
        AuditEntry: {
            /**
             * Action
             * @description the operationId of the API, such as createDeployment
             */
            action: string;
            /**
             * Address
             * @description network address that the request came from
             */
            address: string;
            /**
             * Group
             * @default
             */
            group: string;
            /**
             * Message
             * @description why it was refused, or failed; else what was set, of settings
             * @default
             */
            message: string;
            /**
             * Number
             * @description grows with time
             */
            number: number;
            outcome: components["schemas"]["AuditOutcome"];
            /**
             * Status
             * @description HTTP status of the answer
             */
            status: number;
            /**
             * Target
             * @description id or name of what it was done to
             * @default
             */
            target: string;
            /**
             * Time
             * Format: date-time
             */
            time: string;
            /**
             * User
             * @description empty: not logged in
             */
            user: string;
            /**
             * Via
             * @description program that sent it: browser, or the client's user agent
             * @default
             */
            via: string;
        };
        /**
         * AuditList
         * @description One page of the audit log, newest first.
         */
        AuditList: {
            /**
             * Continue Token
             * @default null
             */
            continue_token: string | null;
            /** Items */
            items: components["schemas"]["AuditEntry"][];
            /** Total */
            total: number;
        };
        /**
         * AuditOutcome
         * @description How it ended.
         * @enum {string}
         */
        AuditOutcome: "allowed" | "refused" | "failed";
        /**
         * Change
         * @description One line of the watch stream.
         *
         *     ``RESET``: what follows is the whole list again, forget what you had. ``BOOKMARK``: everything
         *     up to ``resource_version`` was sent (also the heartbeat); its ``error`` says that the engine can't know what is true
         *     now: ``message``, and ``as_of``, when it last knew.
         */
        Change: {
            /**
             * Error
             * @default null
             */
            error: {
                [key: string]: unknown;
            } | null;
            /** @default null */
            object: components["schemas"]["Deployment"] | null;
            /** Resource Version */
            resource_version: number;
            /**
             * Type
             * @enum {string}
             */
            type: "RESET" | "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
        };
        /**
         * Chart
         * @description What there is a chart of; names what an engine can't measure.
         * @enum {string}
         */
        Chart: "qps" | "success" | "client_errors" | "server_errors" | "predict_qps" | "reward" | "latency" | "model_latency" | "in_flight" | "bytes" | "batch_size" | "cpu" | "memory" | "ready";
        /**
         * Client
         * @description Who may call a private endpoint.
         */
        Client: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /**
             * Expires At
             * @default null
             */
            expires_at: string | null;
            /**
             * Last Used At
             * @description none: never yet
             * @default null
             */
            last_used_at: string | null;
            /** Name */
            name: string;
        };
        /**
         * ClientList
         * @description Clients of a deployment, by name.
         */
        ClientList: {
            /** Items */
            items: components["schemas"]["Client"][];
        };
        /**
         * ClientToken
         * @description A client that was just added, with its token. The token is shown this once and stored as a hash.
         */
        ClientToken: {
            client: components["schemas"]["Client"];
            /** Token */
            token: string;
        };
        /**
         * CreateClient
         * @description Body of ``POST deployments/{id}/clients``.
         */
        CreateClient: {
            /**
             * Expires At
             * @description in the future; none: until it is revoked
             * @default null
             */
            expires_at: string | null;
            /** Name */
            name: string;
        };
        /**
         * CreateDeployment
         * @description Body of ``POST deployments``.
         */
        CreateDeployment: {
            /**
             * Access
             * @description public: whoever reaches the gateway may call the endpoint; private: its clients, by token
             * @default public
             * @enum {string}
             */
            access: "public" | "private";
            /**
             * Description
             * @default
             */
            description: string;
            /** Env */
            env?: {
                [key: string]: string;
            };
            /**
             * Group
             * @description the caller's only or personal group when left out
             * @default null
             */
            group: string | null;
            /**
             * Id
             * @description made from the name when left out
             * @default null
             */
            id: string | null;
            /**
             * Instance Type
             * @default null
             */
            instance_type: string | null;
            /** Metadata */
            metadata?: {
                [key: string]: string;
            };
            model: components["schemas"]["Model-Input"];
            /** Name */
            name: string;
            /**
             * Pull Secret
             * @description the login for the image's registry; empty: none
             * @default
             */
            pull_secret: string;
            /**
             * Replicas
             * @default 1
             */
            replicas: number;
            /**
             * Update Message
             * @default
             */
            update_message: string;
        };
        /**
         * CreateGroup
         * @description Body of ``POST groups``.
         */
        CreateGroup: {
            /**
             * Admins
             * @default []
             */
            admins: string[];
            /**
             * Display Name
             * @default
             */
            display_name: string;
            /**
             * Enabled
             * @default false
             */
            enabled: boolean;
            /**
             * Members
             * @default []
             */
            members: string[];
            /** Name */
            name: string;
            quota?: components["schemas"]["Quota-Input"];
        };
        /**
         * CreateInstanceType
         * @description Body of ``POST instance-types``.
         */
        CreateInstanceType: {
            /**
             * Cpu
             * @default null
             */
            cpu: number | string | null;
            /**
             * Description
             * @default
             */
            description: string;
            /**
             * Display Name
             * @default
             */
            display_name: string;
            /**
             * Gpu
             * @default 0
             */
            gpu: number;
            /**
             * Groups
             * @description names of the groups that may use it; none: all
             * @default null
             */
            groups: string[] | null;
            /**
             * Memory
             * @default null
             */
            memory: number | string | null;
            /** Name */
            name: string;
        };
        /**
         * CreatePullSecret
         * @description Body of ``POST pull-secrets``.
         */
        CreatePullSecret: {
            /**
             * Groups
             * @description names of the groups that may use it; none: all
             * @default null
             */
            groups: string[] | null;
            /** Name */
            name: string;
            /**
             * Password
             * Format: password
             */
            password: string;
            /** Registry */
            registry: string;
            /** Username */
            username: string;
        };
        /**
         * Deployment
         * @description A named model service.
         */
        Deployment: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /**
             * Endpoint
             * @description public base URL, ends with '/'
             */
            endpoint: string;
            /** Engine */
            engine: string;
            /** Group */
            group: string;
            /** Id */
            id: string;
            /**
             * Managed By
             * @description what made it and changes it, where that was not this server (kubectl, Argo CD, Helm, PrimeHub …): it is shown here, and refused to be changed
             * @default
             */
            managed_by: string;
            /** Name */
            name: string;
            /**
             * Resource Version
             * @description grows with every change of anything; for watch
             */
            resource_version: number;
            /**
             * Revision
             * @description number of the newest revision; also the ETag
             */
            revision: number;
            /**
             * Serving Revision
             * @description revision whose replicas take the traffic; none when nothing serves
             * @default null
             */
            serving_revision: number | null;
            /** @description of the revision being rolled out, else of the one that serves */
            spec: components["schemas"]["DeploymentSpec"];
            status: components["schemas"]["Status"];
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Updated By */
            updated_by: string;
            /** @description its share of the group's quota now; nothing once it is stopped */
            usage: components["schemas"]["Usage"];
        };
        /**
         * DeploymentList
         * @description One page of deployments.
         */
        DeploymentList: {
            /**
             * Continue Token
             * @description pass it on to get the next page
             * @default null
             */
            continue_token: string | null;
            /**
             * Counts
             * @description matches per phase, before paging
             */
            counts: {
                [key: string]: number;
            };
            /** Items */
            items: components["schemas"]["Deployment"][];
            /** Resource Version */
            resource_version: number;
            /**
             * Total
             * @description number that match, over all pages
             */
            total: number;
        };
        /**
         * DeploymentSpec
         * @description All that a revision fixes.
         */
        DeploymentSpec: {
            /**
             * Access
             * @description public: whoever reaches the gateway may call the endpoint; private: its clients, by token
             * @default public
             * @enum {string}
             */
            access: "public" | "private";
            /**
             * Description
             * @default
             */
            description: string;
            /**
             * Env
             * @description values are masked in answers
             */
            env: {
                [key: string]: string;
            };
            /**
             * Instance Type
             * @default default
             */
            instance_type: string;
            /** Metadata */
            metadata: {
                [key: string]: string;
            };
            model: components["schemas"]["Model-Output"];
            /**
             * Pull Secret
             * @description the login for the image's registry; empty: none
             * @default
             */
            pull_secret: string;
            /**
             * Replicas
             * @default 1
             */
            replicas: number;
            /** @description what the instance type stood for when it was chosen; later edits of the type don't change it */
            resources: components["schemas"]["Resources"];
            /**
             * Stopped
             * @default false
             */
            stopped: boolean;
        };
        /**
         * DriftAnswer
         * @description How an image differs from what a model was made with, as far as that is known before it runs there.
         */
        DriftAnswer: {
            /**
             * Image
             * @description empty: models run with the Python that trained them
             */
            image: string;
            /** Items */
            items: components["schemas"]["LibraryDrift"][];
            /**
             * Known
             * @description false: nobody knows what is in the image
             */
            known: boolean;
            /**
             * Unknown
             * @description libraries that nobody knows about
             */
            unknown: string[];
        };
        /**
         * DriftQuestion
         * @description Body of ``POST drift``: what a model was made with, and the image that it is to run in.
         */
        DriftQuestion: {
            /**
             * Image
             * @description empty: the one that the engine runs stored models in
             * @default
             */
            image: string;
            /**
             * Packages
             * @description import name → version
             */
            packages?: {
                [key: string]: string;
            };
            /**
             * Python Version
             * @default
             */
            python_version: string;
        };
        /**
         * DryRun
         * @description What a change would do: the answer to ``dry_run=1``.
         */
        DryRun: {
            /** @description of the group after the change */
            after: components["schemas"]["Usage"];
            /** Group */
            group: string;
            quota: components["schemas"]["Quota-Output"];
            /**
             * @description what came of loading the model, with ``try=1``
             * @default null
             */
            trial: components["schemas"]["Trial"] | null;
            /** @description of the group now */
            usage: components["schemas"]["Usage"];
        };
        /**
         * EngineInfo
         * @description Where deployments run, and what it can do beyond running stored models.
         */
        EngineInfo: {
            /**
             * Images
             * @description runs OCI images
             */
            images: boolean;
            /**
             * Metrics
             * @description measures requests, errors and latency
             */
            metrics: boolean;
            /**
             * Name
             * @description local, kubernetes, or that of somebody's own engine
             */
            name: string;
            /**
             * Private
             * @description has private endpoints
             */
            private: boolean;
            /**
             * Runner Image
             * @description the image that stored models run in, where they don't run with the Python of a kernel
             * @default
             */
            runner_image: string;
            /**
             * Trials
             * @description can load a model for a moment, to see
             */
            trials: boolean;
        };
        /**
         * ErrorBody
         * @description Every error, on every route.
         */
        ErrorBody: {
            /** Code */
            code: string;
            /** Details */
            details: {
                [key: string]: unknown;
            };
            /** Fields */
            fields: {
                [key: string]: string;
            }[];
            /** Message */
            message: string;
        };
        /**
         * Event
         * @description Something the engine did or saw.
         */
        Event: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "Normal" | "Warning";
            /** Message */
            message: string;
            /** Reason */
            reason: string;
            /**
             * Replica
             * @default null
             */
            replica: string | null;
            /**
             * Revision
             * @default null
             */
            revision: number | null;
            /**
             * Time
             * Format: date-time
             */
            time: string;
        };
        /**
         * EventList
         * @description What the engine did and saw, newest first.
         */
        EventList: {
            /** Items */
            items: components["schemas"]["Event"][];
        };
        /**
         * Group
         * @description A group as the caller may see it.
         */
        Group: {
            /**
             * Admins
             * @description only for administrators and group admins
             * @default null
             */
            admins: string[] | null;
            /**
             * Deleted
             * @description it is gone and its deployments are still there
             * @default false
             */
            deleted: boolean;
            /** Display Name */
            display_name: string;
            /**
             * Enabled
             * @description Enable Model Deployment
             */
            enabled: boolean;
            /**
             * Instance Types
             * @description names of those that it may use
             * @default []
             */
            instance_types: string[];
            /**
             * Members
             * @description only for administrators and group admins
             * @default null
             */
            members: string[] | null;
            /** Name */
            name: string;
            /**
             * Pull Secrets
             * @description names of those that it may use
             * @default []
             */
            pull_secrets: string[];
            quota: components["schemas"]["Quota-Output"];
            /**
             * @description of the caller; none: an administrator who is no member
             * @default null
             */
            role: components["schemas"]["Role"] | null;
            usage: components["schemas"]["Usage"];
            /**
             * Version
             * @description also the ETag
             * @default 1
             */
            version: number;
        };
        /**
         * GroupList
         * @description Groups of the caller; all for administrators who ask.
         */
        GroupList: {
            /** Items */
            items: components["schemas"]["Group"][];
        };
        /**
         * Health
         * @description State of the server extension and its engine.
         */
        Health: {
            /** Details */
            details: {
                [key: string]: unknown;
            };
            /** Engine */
            engine: string;
            /**
             * Gateway
             * @description base URL of the gateway
             * @default null
             */
            gateway: string | null;
            /**
             * Message
             * @default
             */
            message: string;
            /**
             * Status
             * @enum {string}
             */
            status: "ok" | "starting" | "degraded" | "unavailable";
            /** Version */
            version: string;
        };
        /**
         * IdCheck
         * @description Whether an id can be had by a new deployment.
         */
        IdCheck: {
            /** Available */
            available: boolean;
            /**
             * Id
             * @description the one that was asked for, or a free one made from the name
             */
            id: string;
            /**
             * Message
             * @description why not
             * @default
             */
            message: string;
        };
        /**
         * InstanceType
         * @description Resources of one replica.
         */
        InstanceType: {
            /**
             * Cpu
             * @description CPU cores; none: all of the machine
             * @default null
             */
            cpu: number | null;
            /**
             * Description
             * @default
             */
            description: string;
            /**
             * Display Name
             * @default
             */
            display_name: string;
            /**
             * Gpu
             * @default 0
             */
            gpu: number;
            /**
             * Groups
             * @description names of the groups that may use it; none: all
             * @default null
             */
            groups: string[] | null;
            /**
             * Memory
             * @description bytes; none: all of the machine
             * @default null
             */
            memory: number | null;
            /** Name */
            name: string;
            /**
             * @description only for engines that are clusters
             * @default null
             */
            scheduling: components["schemas"]["Scheduling"] | null;
            /**
             * Version
             * @description grows with every change; also the ETag
             * @default 1
             */
            version: number;
        };
        /**
         * InstanceTypeList
         * @description Instance types that the caller may use; all for administrators who ask. The first is the default.
         */
        InstanceTypeList: {
            /** Items */
            items: components["schemas"]["InstanceType"][];
        };
        /**
         * Interpreter
         * @description A Python that can run models.
         */
        Interpreter: {
            /** Display Name */
            display_name: string;
            /**
             * Kernel
             * @description name of its kernel; empty: the server's own
             */
            kernel: string;
            /** Path */
            path: string;
        };
        /**
         * InterpreterList
         * @description Interpreters to choose from; the first is the default.
         */
        InterpreterList: {
            /** Items */
            items: components["schemas"]["Interpreter"][];
        };
        /**
         * LibraryDrift
         * @description One library that an image has in another version than the model was made with.
         */
        LibraryDrift: {
            /**
             * Here
             * @description null: the image doesn't have it
             */
            here: string | null;
            /**
             * Package
             * @description import name, or ``python``
             */
            package: string;
            /** Trained */
            trained: string;
        };
        /**
         * LogBeat
         * @description A line of a followed log that says: nothing is missing up to now.
         */
        LogBeat: {
            /**
             * Beat
             * Format: date-time
             * @description the engine's clock
             */
            beat: string;
        };
        /**
         * LogLine
         * @description One line that a replica printed.
         */
        LogLine: {
            /** Attempt */
            attempt: number;
            /**
             * Container
             * @description which container of the replica printed it, where it has several
             * @default
             */
            container: string;
            /**
             * Position
             * @description grows from line to line of one attempt; with its name a line's identity and a cursor
             * @default 0
             */
            position: number;
            /** Replica */
            replica: string;
            /**
             * Stream
             * @enum {string}
             */
            stream: "stdout" | "stderr";
            /** Text */
            text: string;
            /**
             * Time
             * Format: date-time
             */
            time: string;
        };
        /**
         * Mark
         * @description Something that happened, to be marked on the time axis.
         */
        Mark: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "revision" | "restart" | "failure" | "stop" | "alert";
            /**
             * Label
             * @description short: what fits beside the mark
             */
            label: string;
            /**
             * Message
             * @default
             */
            message: string;
            /**
             * Replica
             * @default null
             */
            replica: string | null;
            /**
             * Revision
             * @default null
             */
            revision: number | null;
            /**
             * Time
             * Format: date-time
             */
            time: string;
        };
        /**
         * Me
         * @description Who the caller is to this server, and what they may do.
         */
        Me: {
            /**
             * Admin
             * @default false
             */
            admin: boolean;
            /** Can Write */
            can_write: boolean;
            engine: components["schemas"]["EngineInfo"];
            /** Groups */
            groups: components["schemas"]["Group"][];
            provider: components["schemas"]["ProviderInfo"];
            /** User */
            user: string;
        };
        /**
         * Measurement
         * @description What a deployment's replicas really use, measured now.
         */
        Measurement: {
            /**
             * Cpu
             * @description CPU cores, over the last seconds
             */
            cpu: number;
            /**
             * Id
             * @description of the deployment
             */
            id: string;
            /**
             * Memory
             * @description bytes: proportional set size where known, else resident
             */
            memory: number;
        };
        /**
         * MeasurementList
         * @description Measurements of the caller's running deployments.
         */
        MeasurementList: {
            /** Items */
            items: components["schemas"]["Measurement"][];
        };
        /**
         * Metrics
         * @description What was measured of one deployment, as columns: every list has one entry for each of ``times``.
         */
        Metrics: {
            /**
             * Batch Size
             * @description mean rows in a prediction, by revision
             */
            batch_size: components["schemas"]["Series"][];
            /**
             * Bytes In
             * @description bytes a second from callers
             */
            bytes_in: (number | null)[];
            /**
             * Bytes Out
             * @description bytes a second to callers
             */
            bytes_out: (number | null)[];
            /**
             * Client Errors
             * @description 4xx a second
             */
            client_errors: (number | null)[];
            /**
             * Cpu
             * @description CPU cores in use, by replica
             */
            cpu: components["schemas"]["Series"][];
            /** Id */
            id: string;
            /**
             * In Flight
             * @description requests being answered (the largest number seen)
             */
            in_flight: (number | null)[];
            /**
             * Latency
             * @description p50, p75, p90, p95, p99 in seconds, from the first byte in to the last out
             */
            latency: components["schemas"]["Series"][];
            /**
             * Marks
             * @description oldest first
             */
            marks: components["schemas"]["Mark"][];
            /**
             * Measured Since
             * @description since when it is measured, where that is only while somebody looks; null: always
             * @default null
             */
            measured_since: string | null;
            /**
             * Memory
             * @description bytes, by replica: proportional set size where known, else resident
             */
            memory: components["schemas"]["Series"][];
            /**
             * Model Latency
             * @description mean seconds that the model took, by revision
             */
            model_latency: components["schemas"]["Series"][];
            /**
             * Not Measured
             * @description charts that this source can't fill, now or ever
             */
            not_measured: components["schemas"]["Chart"][];
            /**
             * Note
             * @description what people should know about these numbers
             * @default
             */
            note: string;
            /**
             * Predict Qps
             * @description predictions a second that reached a model, by revision
             */
            predict_qps: components["schemas"]["Series"][];
            /**
             * Qps
             * @description predictions a second, at the gateway
             */
            qps: (number | null)[];
            range: components["schemas"]["MetricsRange"];
            /**
             * Ready
             * @description replicas that answer
             */
            ready: (number | null)[];
            /**
             * Requests Ever
             * @description predictions since the deployment was created (on a cluster: that the replicas there are answered); 0: no traffic yet
             */
            requests_ever: number | null;
            /**
             * Reward
             * @description mean reward of the feedback, zeros included, by revision
             */
            reward: components["schemas"]["Series"][];
            /**
             * Server Errors
             * @description 5xx a second
             */
            server_errors: (number | null)[];
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /**
             * Source
             * @description where the numbers come from
             * @enum {string}
             */
            source: "engine" | "prometheus";
            /**
             * Step
             * @description seconds from one point to the next
             */
            step: number;
            /**
             * Success
             * @description share not answered with 5xx, 0 to 1; null without traffic
             */
            success: (number | null)[];
            /**
             * Times
             * @description Unix seconds: the end of the interval that a point stands for
             */
            times: number[];
            totals: components["schemas"]["MetricsTotals"];
            /**
             * Until
             * Format: date-time
             */
            until: string;
        };
        /**
         * MetricsRange
         * @description How far back to look.
         * @enum {string}
         */
        MetricsRange: "15m" | "1h" | "6h" | "24h" | "7d";
        /**
         * MetricsSummary
         * @description What a row or a card of the grid shows of one deployment's last 15 minutes.
         */
        MetricsSummary: {
            /**
             * Alerts
             * @description kinds of the alerts that are firing
             */
            alerts: string[];
            /**
             * Client Errors
             * @description 4xx, last 15 minutes
             */
            client_errors: number | null;
            /**
             * Errors
             * @description 5xx a second, one for each of ``times``; empty: none in all of it
             */
            errors: (number | null)[];
            /** Id */
            id: string;
            /**
             * Latency P95
             * @description seconds, last 15 minutes; null without traffic
             */
            latency_p95: number | null;
            /**
             * Qps
             * @description predictions a second, last minute
             */
            qps: number | null;
            /**
             * Requests
             * @description predictions, last 15 minutes
             */
            requests: number | null;
            /**
             * Server Errors
             * @description 5xx, last 15 minutes
             */
            server_errors: number | null;
            /**
             * Sparkline
             * @description predictions a second, one for each of ``times``
             */
            sparkline: (number | null)[];
            /**
             * Success
             * @description share not answered with 5xx, last 15 minutes; null without traffic
             */
            success: number | null;
        };
        /**
         * MetricsSummaryList
         * @description The last 15 minutes of all of the caller's deployments, in one answer.
         */
        MetricsSummaryList: {
            /** Items */
            items: components["schemas"]["MetricsSummary"][];
            /**
             * Step
             * @description seconds from one point to the next
             */
            step: number;
            /**
             * Times
             * @description Unix seconds: the end of the interval that a point stands for
             */
            times: number[];
        };
        /**
         * MetricsTotals
         * @description The whole range in one number each.
         */
        MetricsTotals: {
            /**
             * Aborted
             * @description given up by their callers before there was an answer; counted nowhere else
             */
            aborted: number | null;
            /**
             * Client Errors
             * @description answered with 4xx
             */
            client_errors: number | null;
            /**
             * Codes
             * @description predictions by status code
             */
            codes: {
                [key: string]: number;
            };
            /** Feedback */
            feedback: number | null;
            /**
             * Latency
             * @description seconds by percentile, p50 … p99
             */
            latency: {
                [key: string]: number | null;
            };
            /**
             * Requests
             * @description predictions that were answered, with whatever status
             */
            requests: number | null;
            /**
             * Reward
             * @description mean of the rewards, zeros included
             */
            reward: number | null;
            /**
             * Server Errors
             * @description answered with 5xx
             */
            server_errors: number | null;
            /**
             * Success
             * @description share of them that were not answered with 5xx, 0 to 1
             */
            success: number | null;
        };
        /**
         * Model
         * @description A trained model as stored: the artifact, and what is needed to load and to try it; or an image that serves one.
         *
         *     An image beside an artifact is what the artifact is run in; without one it serves by itself, on ``$PORT``.
         */
        "Model-Input": {
            /**
             * Adapter
             * @description which runner adapter calls it: sklearn, callable
             * @default callable
             */
            adapter: string;
            /**
             * Artifact
             * @description SHA-256 of the artifact's bytes, its key in the artifact store; empty: the image serves by itself
             * @default
             */
            artifact: string;
            /**
             * Class Name
             * @description type of the model, for people
             * @default
             */
            class_name: string;
            /**
             * Example
             * @description an OIP v2 inference request; a replica is ready once it predicted this
             * @default null
             */
            example: {
                [key: string]: unknown;
            } | null;
            /**
             * Image
             * @description an OCI image, for engines with containers
             * @default
             */
            image: string;
            /**
             * Interpreter
             * @description absolute path of the Python that trained it, and runs it where the engine has no containers
             * @default
             */
            interpreter: string;
            /**
             * Packages
             * @description versions of the libraries that the model uses, by import name
             */
            packages?: {
                [key: string]: string;
            };
            /**
             * Python Version
             * @default
             */
            python_version: string;
            /**
             * Serializer
             * @default cloudpickle
             * @constant
             */
            serializer: "cloudpickle";
            /** @default null */
            signature: components["schemas"]["Signature-Input"] | null;
            /**
             * Size
             * @description bytes
             * @default 0
             */
            size: number;
        };
        /**
         * Model
         * @description A trained model as stored: the artifact, and what is needed to load and to try it; or an image that serves one.
         *
         *     An image beside an artifact is what the artifact is run in; without one it serves by itself, on ``$PORT``.
         */
        "Model-Output": {
            /**
             * Adapter
             * @description which runner adapter calls it: sklearn, callable
             * @default callable
             */
            adapter: string;
            /**
             * Artifact
             * @description SHA-256 of the artifact's bytes, its key in the artifact store; empty: the image serves by itself
             * @default
             */
            artifact: string;
            /**
             * Class Name
             * @description type of the model, for people
             * @default
             */
            class_name: string;
            /**
             * Example
             * @description an OIP v2 inference request; a replica is ready once it predicted this
             * @default null
             */
            example: {
                [key: string]: unknown;
            } | null;
            /**
             * Image
             * @description an OCI image, for engines with containers
             * @default
             */
            image: string;
            /**
             * Interpreter
             * @description absolute path of the Python that trained it, and runs it where the engine has no containers
             * @default
             */
            interpreter: string;
            /**
             * Packages
             * @description versions of the libraries that the model uses, by import name
             */
            packages: {
                [key: string]: string;
            };
            /**
             * Python Version
             * @default
             */
            python_version: string;
            /**
             * Serializer
             * @default cloudpickle
             * @constant
             */
            serializer: "cloudpickle";
            /** @default null */
            signature: components["schemas"]["Signature-Output"] | null;
            /**
             * Size
             * @description bytes
             * @default 0
             */
            size: number;
        };
        /**
         * ModelFile
         * @description Body of ``POST model-files``: make a file a stored model.
         */
        ModelFile: {
            /**
             * Kernel
             * @description whose interpreter reads and runs it; the server's own when left out
             * @default
             */
            kernel: string;
            /**
             * Path
             * @description below the folder of the file browser, or a file: URI in it
             */
            path: string;
        };
        /**
         * ModelUse
         * @description A deployment that a model was stored for.
         */
        ModelUse: {
            /**
             * Created At
             * Format: date-time
             * @description when that revision was made
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /**
             * Deployment
             * @description its id
             */
            deployment: string;
            /** Group */
            group: string;
            /** Name */
            name: string;
            /**
             * Revision
             * @description the newest one with this model
             */
            revision: number;
        };
        /**
         * Outcome
         * @description How a revision ended.
         * @enum {string}
         */
        Outcome: "in progress" | "succeeded" | "failed" | "superseded";
        /**
         * Phase
         * @description What a person sees first: one word and one colour for a whole deployment.
         * @enum {string}
         */
        Phase: "Deployed" | "Failed" | "Deploying" | "Stopped";
        /**
         * Prediction
         * @description What the replica answered to ``:predict``.
         */
        Prediction: {
            /**
             * Body
             * @description JSON value, or text where the answer was not JSON
             */
            body: unknown;
            /** Content Type */
            content_type: string;
            /** Latency Ms */
            latency_ms: number;
            /** Status */
            status: number;
        };
        /**
         * ProviderInfo
         * @description Where groups come from.
         */
        ProviderInfo: {
            /**
             * As Of
             * @description when groups were last known, while nothing newer is: they still count
             * @default null
             */
            as_of: string | null;
            /**
             * Members Writable
             * @description members can be edited here; who is group admin is one of the settings
             */
            members_writable: boolean;
            /**
             * Name
             * @description stored, file, jupyterhub, kubernetes, or that of somebody's own provider
             */
            name: string;
            /**
             * Settings Writable
             * @description groups, instance types and pull secrets can be edited here
             */
            settings_writable: boolean;
            /**
             * Until
             * @description how long those groups count; none: until what is wrong is mended
             * @default null
             */
            until: string | null;
            /**
             * Warning
             * @description what people should know: an unreadable file, a Hub that is down
             * @default
             */
            warning: string;
        };
        /**
         * PullSecretInfo
         * @description A pull secret as the caller may see it: members see the name alone.
         */
        PullSecretInfo: {
            /**
             * Groups
             * @description names of the groups that may use it; none: all
             * @default null
             */
            groups: string[] | null;
            /** Name */
            name: string;
            /**
             * Registry
             * @default null
             */
            registry: string | null;
            /**
             * Username
             * @default null
             */
            username: string | null;
            /**
             * Version
             * @default 1
             */
            version: number;
        };
        /**
         * PullSecretList
         * @description Pull secrets that the caller may use; all for administrators who ask.
         */
        PullSecretList: {
            /** Items */
            items: components["schemas"]["PullSecretInfo"][];
        };
        /**
         * Quota
         * @description A group's ceilings; none: unlimited.
         */
        "Quota-Input": {
            /**
             * Cpu
             * @description CPU cores
             * @default null
             */
            cpu: number | string | null;
            /**
             * Deployments
             * @description number of running deployments
             * @default null
             */
            deployments: number | null;
            /**
             * Gpu
             * @default null
             */
            gpu: number | null;
            /**
             * Memory
             * @description bytes
             * @default null
             */
            memory: number | string | null;
        };
        /**
         * Quota
         * @description A group's ceilings; none: unlimited.
         */
        "Quota-Output": {
            /**
             * Cpu
             * @description CPU cores
             * @default null
             */
            cpu: number | null;
            /**
             * Deployments
             * @description number of running deployments
             * @default null
             */
            deployments: number | null;
            /**
             * Gpu
             * @default null
             */
            gpu: number | null;
            /**
             * Memory
             * @description bytes
             * @default null
             */
            memory: number | null;
        };
        /**
         * Reason
         * @description Why a deployment is in its phase, for programs; ``message`` says it to people.
         * @enum {string}
         */
        Reason: "Ready" | "Degraded" | "UpdateFailed" | "Scheduling" | "Starting" | "Loading" | "RollingUpdate" | "Scaling" | "Restarting" | "Stopping" | "Deleting" | "ModelLoadFailed" | "ExampleFailed" | "InterpreterUnusable" | "StartTimeout" | "CrashLoop" | "OOMKilled" | "ArtifactMissing" | "GatewayUnavailable" | "ImagePullFailed" | "ConfigMissing" | "CommandFailed" | "ProbeFailed" | "VolumeFailed" | "Unschedulable" | "QuotaDenied" | "AdmissionDenied" | "NodeLost" | "Evicted" | "Stopped";
        /**
         * Replica
         * @description One running copy of the model.
         */
        Replica: {
            /**
             * Attempt
             * @description 1 at first, +1 with every restart
             */
            attempt: number;
            /**
             * Last Exit
             * @description how the previous attempt ended
             * @default
             */
            last_exit: string;
            /**
             * Memory
             * @description bytes: proportional set size where known, else resident
             * @default null
             */
            memory: number | null;
            /**
             * Message
             * @default
             */
            message: string;
            /**
             * Name
             * @description <revision>-<slot>: stable across restarts
             */
            name: string;
            /**
             * Next Attempt At
             * @description when a replica that is backing off is started again
             * @default null
             */
            next_attempt_at: string | null;
            /**
             * Pid
             * @default null
             */
            pid: number | null;
            /**
             * @description why the previous attempt failed, until one is ready
             * @default null
             */
            reason: components["schemas"]["Reason"] | null;
            /**
             * Restarts
             * @default 0
             */
            restarts: number;
            /** Revision */
            revision: number;
            /**
             * Serving
             * @description takes traffic
             * @default false
             */
            serving: boolean;
            /** Slot */
            slot: number;
            /**
             * Started At
             * @default null
             */
            started_at: string | null;
            step: components["schemas"]["Step"];
            /**
             * Step Since
             * Format: date-time
             */
            step_since: string;
            /**
             * Steps
             * @description of the current attempt, oldest first
             */
            steps: components["schemas"]["StepTime"][];
        };
        /**
         * ReplicaCount
         * @description How many replicas are wanted and how many answer.
         */
        ReplicaCount: {
            /** Desired */
            desired: number;
            /** Ready */
            ready: number;
        };
        /**
         * ReplicaList
         * @description Replicas now.
         */
        ReplicaList: {
            /** Items */
            items: components["schemas"]["Replica"][];
        };
        /**
         * Resources
         * @description The limits of one replica.
         */
        Resources: {
            /**
             * Cpu
             * @description CPU cores; none: all of the machine
             * @default null
             */
            cpu: number | null;
            /**
             * Gpu
             * @default 0
             */
            gpu: number;
            /**
             * Memory
             * @description bytes; none: all of the machine
             * @default null
             */
            memory: number | null;
            /** @default null */
            scheduling: components["schemas"]["Scheduling"] | null;
        };
        /**
         * Revision
         * @description One numbered, immutable snapshot of a deployment's specification.
         */
        Revision: {
            action: components["schemas"]["Action"];
            /**
             * Changes
             * @description names of the fields that differ from before
             */
            changes: string[];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Duration
             * @description seconds from request to outcome
             * @default null
             */
            duration: number | null;
            /**
             * Finished At
             * @default null
             */
            finished_at: string | null;
            /**
             * Log Tail
             * @description last log lines of a failed revision
             */
            log_tail: string[];
            /**
             * Message
             * @default
             */
            message: string;
            /** Number */
            number: number;
            /** @default in progress */
            outcome: components["schemas"]["Outcome"];
            /** @default null */
            reason: components["schemas"]["Reason"] | null;
            /**
             * Rollback To
             * @default null
             */
            rollback_to: number | null;
            spec: components["schemas"]["DeploymentSpec"];
            /**
             * Steps
             * @description of the slowest replica that it started; none where it started none
             */
            steps: components["schemas"]["StepTime"][];
            /**
             * Update Message
             * @default
             */
            update_message: string;
            /** User */
            user: string;
        };
        /**
         * RevisionList
         * @description History, newest first.
         */
        RevisionList: {
            /** Items */
            items: components["schemas"]["Revision"][];
        };
        /**
         * Role
         * @description What somebody is to a group; administrators need none.
         * @enum {string}
         */
        Role: "member" | "group_admin";
        /**
         * RollbackDeployment
         * @description Body of ``POST deployments/{id}:rollback``.
         */
        RollbackDeployment: {
            /** Revision */
            revision: number;
            /**
             * Update Message
             * @default
             */
            update_message: string;
        };
        /**
         * SavedAs
         * @description A name that a model was saved by.
         */
        SavedAs: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /**
             * Description
             * @default
             */
            description: string;
            /** Group */
            group: string;
            /** Name */
            name: string;
            /** Number */
            number: number;
            /** Version */
            version: number;
        };
        /**
         * SavedModel
         * @description A model that was saved by name: it is kept until it is removed.
         */
        SavedModel: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /**
             * Description
             * @default
             */
            description: string;
            /** Group */
            group: string;
            model: components["schemas"]["Model-Output"];
            /** Name */
            name: string;
            /**
             * Number
             * @description names it in ``models/{number}``
             */
            number: number;
            /**
             * Version
             * @description 1 at first, +1 each time that the group saves one of this name
             */
            version: number;
        };
        /**
         * SaveModel
         * @description Body of ``POST models``: give a stored model a name. Saving under a name again makes its next version.
         */
        SaveModel: {
            /**
             * Description
             * @default
             */
            description: string;
            /**
             * Group
             * @description the caller's only or personal group when left out
             * @default null
             */
            group: string | null;
            model: components["schemas"]["Model-Input"];
            /** Name */
            name: string;
        };
        /**
         * ScaleDeployment
         * @description Body of ``POST deployments/{id}:scale``.
         */
        ScaleDeployment: {
            /** Replicas */
            replicas: number;
            /**
             * Update Message
             * @default
             */
            update_message: string;
        };
        /**
         * Scheduling
         * @description Where in a cluster replicas run, and what is set aside for each; engines of one machine know nothing of it.
         */
        Scheduling: {
            /**
             * Cpu Request
             * @description CPU cores that are set aside; none: the limit
             * @default null
             */
            cpu_request: number | null;
            /**
             * Gpu Resource
             * @description what the cluster calls its GPUs
             * @default nvidia.com/gpu
             */
            gpu_resource: string;
            /**
             * Memory Request
             * @description bytes that are set aside; none: the limit
             * @default null
             */
            memory_request: number | null;
            /**
             * Node Selector
             * @description labels that the node must have
             */
            node_selector: {
                [key: string]: string;
            };
            /**
             * Tolerations
             * @default []
             */
            tolerations: components["schemas"]["Toleration"][];
        };
        /**
         * Series
         * @description One line of a chart.
         */
        Series: {
            /**
             * Label
             * @description a percentile (p50 … p99), a revision (3), or a replica (3-0)
             */
            label: string;
            /**
             * Values
             * @description one for each of ``times``
             */
            values: (number | null)[];
        };
        /**
         * Signature
         * @description What goes in and what comes out, recorded when the model was deployed.
         */
        "Signature-Input": {
            /**
             * Content Type
             * @description np: one array; pd: one tensor per column of a data frame; json: any JSON value
             * @enum {string}
             */
            content_type: "np" | "pd" | "json";
            /**
             * Derived
             * @description made from what the model tells about itself, not from an example of real data
             * @default false
             */
            derived: boolean;
            /** Inputs */
            inputs: components["schemas"]["Tensor-Input"][];
            /** Outputs */
            outputs?: components["schemas"]["Tensor-Input"][];
        };
        /**
         * Signature
         * @description What goes in and what comes out, recorded when the model was deployed.
         */
        "Signature-Output": {
            /**
             * Content Type
             * @description np: one array; pd: one tensor per column of a data frame; json: any JSON value
             * @enum {string}
             */
            content_type: "np" | "pd" | "json";
            /**
             * Derived
             * @description made from what the model tells about itself, not from an example of real data
             * @default false
             */
            derived: boolean;
            /** Inputs */
            inputs: components["schemas"]["Tensor-Output"][];
            /** Outputs */
            outputs: components["schemas"]["Tensor-Output"][];
        };
        /**
         * Status
         * @description The state of a deployment now.
         */
        Status: {
            /** Message */
            message: string;
            phase: components["schemas"]["Phase"];
            reason: components["schemas"]["Reason"];
            replicas: components["schemas"]["ReplicaCount"];
            /**
             * Since
             * Format: date-time
             * @description when phase and reason became what they are
             */
            since: string;
            /**
             * @description what a Deploying deployment waits for
             * @default null
             */
            step: components["schemas"]["Step"] | null;
            /**
             * Step Since
             * @default null
             */
            step_since: string | null;
            /** @default null */
            update: components["schemas"]["UpdateStatus"] | null;
        };
        /**
         * Step
         * @description Where one replica is on its way to serving, in this order.
         * @enum {string}
         */
        Step: "scheduling" | "pulling" | "starting" | "loading" | "ready" | "backing-off" | "stopping" | "exited";
        /**
         * StepTime
         * @description When a replica took a step.
         */
        StepTime: {
            /**
             * Since
             * Format: date-time
             */
            since: string;
            step: components["schemas"]["Step"];
        };
        /**
         * StoredModel
         * @description A model that may be deployed again, and where it is known from.
         */
        StoredModel: {
            /**
             * Last
             * Format: date-time
             * @description when it was saved or deployed last
             */
            last: string;
            model: components["schemas"]["Model-Output"];
            /**
             * Saved
             * @description newest first
             */
            saved: components["schemas"]["SavedAs"][];
            /**
             * Uses
             * @description newest first
             */
            uses: components["schemas"]["ModelUse"][];
        };
        /**
         * StoredModelList
         * @description Models of the caller's groups, newest first.
         */
        StoredModelList: {
            /** Items */
            items: components["schemas"]["StoredModel"][];
            /**
             * Total
             * @description number that match
             */
            total: number;
        };
        /**
         * Tensor
         * @description One input or output of a model, in the words of the Open Inference Protocol v2.
         */
        "Tensor-Input": {
            /**
             * Datatype
             * @description OIP v2 datatype: FP64, INT64, BOOL, BYTES, …
             */
            datatype: string;
            /**
             * Maximum
             * @description largest value in the example, numbers only
             * @default null
             */
            maximum: number | null;
            /**
             * Minimum
             * @description smallest value in the example, numbers only
             * @default null
             */
            minimum: number | null;
            /** Name */
            name: string;
            /**
             * Shape
             * @description -1 where the size is free (the batch)
             */
            shape: number[];
        };
        /**
         * Tensor
         * @description One input or output of a model, in the words of the Open Inference Protocol v2.
         */
        "Tensor-Output": {
            /**
             * Datatype
             * @description OIP v2 datatype: FP64, INT64, BOOL, BYTES, …
             */
            datatype: string;
            /**
             * Maximum
             * @description largest value in the example, numbers only
             * @default null
             */
            maximum: number | null;
            /**
             * Minimum
             * @description smallest value in the example, numbers only
             * @default null
             */
            minimum: number | null;
            /** Name */
            name: string;
            /**
             * Shape
             * @description -1 where the size is free (the batch)
             */
            shape: number[];
        };
        /**
         * Toleration
         * @description A taint of nodes that replicas may run on; the words are Kubernetes'.
         */
        Toleration: {
            /**
             * Effect
             * @description empty: all
             * @default
             * @enum {string}
             */
            effect: "" | "NoSchedule" | "PreferNoSchedule" | "NoExecute";
            /**
             * Key
             * @description empty: every taint, with the operator Exists
             * @default
             */
            key: string;
            /**
             * Operator
             * @default Equal
             * @enum {string}
             */
            operator: "Equal" | "Exists";
            /**
             * Toleration Seconds
             * @description with NoExecute: then it is evicted
             * @default null
             */
            toleration_seconds: number | null;
            /**
             * Value
             * @default
             */
            value: string;
        };
        /**
         * Trial
         * @description What came of trying a specification without recording anything: one replica, loaded and asked for a moment.
         */
        Trial: {
            /**
             * Answer
             * @description what the model answered, where a request was given
             * @default null
             */
            answer: unknown;
            /**
             * Duration
             * @description seconds
             */
            duration: number;
            /**
             * Log Tail
             * @description the last lines that it printed
             */
            log_tail: string[];
            /**
             * Message
             * @description why it failed, one line for people
             * @default
             */
            message: string;
            /** Ok */
            ok: boolean;
            /** @default null */
            reason: components["schemas"]["Reason"] | null;
        };
        /**
         * UpdateDeployment
         * @description Body of ``PATCH deployments/{id}``: only the fields that are sent change.
         */
        UpdateDeployment: {
            /**
             * Access
             * @default null
             */
            access: ("public" | "private") | null;
            /**
             * Description
             * @default null
             */
            description: string | null;
            /**
             * Env
             * @description a value of '********' keeps the current one
             * @default null
             */
            env: {
                [key: string]: string;
            } | null;
            /**
             * Instance Type
             * @default null
             */
            instance_type: string | null;
            /**
             * Metadata
             * @default null
             */
            metadata: {
                [key: string]: string;
            } | null;
            /** @default null */
            model: components["schemas"]["Model-Input"] | null;
            /**
             * Pull Secret
             * @default null
             */
            pull_secret: string | null;
            /**
             * Replicas
             * @default null
             */
            replicas: number | null;
            /**
             * Update Message
             * @default
             */
            update_message: string;
        };
        /**
         * UpdateGroup
         * @description Body of ``PATCH groups/{group}``: only the fields that are sent change. Group admins may send ``members``.
         */
        UpdateGroup: {
            /**
             * Admins
             * @default null
             */
            admins: string[] | null;
            /**
             * Display Name
             * @default null
             */
            display_name: string | null;
            /**
             * Enabled
             * @default null
             */
            enabled: boolean | null;
            /**
             * Members
             * @default null
             */
            members: string[] | null;
            /**
             * @description replaces all ceilings
             * @default null
             */
            quota: components["schemas"]["Quota-Input"] | null;
            /**
             * Running
             * @description what becomes of running deployments when Model Deployment is switched off; without it that is refused (409) while any runs, and the answer lists them
             * @default null
             */
            running: ("keep" | "stop") | null;
        };
        /**
         * UpdateInstanceType
         * @description Body of ``PATCH instance-types/{name}``: only the fields that are sent change; null removes a limit.
         */
        UpdateInstanceType: {
            /**
             * Cpu
             * @default null
             */
            cpu: number | string | null;
            /**
             * Description
             * @default null
             */
            description: string | null;
            /**
             * Display Name
             * @default null
             */
            display_name: string | null;
            /**
             * Gpu
             * @default null
             */
            gpu: number | null;
            /**
             * Groups
             * @description names of the groups that may use it; none: all
             * @default null
             */
            groups: string[] | null;
            /**
             * Memory
             * @default null
             */
            memory: number | string | null;
        };
        /**
         * UpdatePullSecret
         * @description Body of ``PATCH pull-secrets/{name}``: only the fields that are sent change.
         */
        UpdatePullSecret: {
            /**
             * Groups
             * @description names of the groups that may use it; none: all
             * @default null
             */
            groups: string[] | null;
            /**
             * Password
             * @default null
             */
            password: string | null;
            /**
             * Registry
             * @default null
             */
            registry: string | null;
            /**
             * Username
             * @default null
             */
            username: string | null;
        };
        /**
         * UpdateStatus
         * @description A revision that is being rolled out, or whose roll-out failed while an older one serves.
         */
        UpdateStatus: {
            /**
             * Message
             * @default
             */
            message: string;
            outcome: components["schemas"]["Outcome"];
            /** @default null */
            reason: components["schemas"]["Reason"] | null;
            /** Revision */
            revision: number;
        };
        /**
         * Usage
         * @description What is in use of a quota.
         */
        Usage: {
            /**
             * Cpu
             * @description CPU cores
             * @default 0
             */
            cpu: number;
            /**
             * Deployments
             * @description running or starting
             * @default 0
             */
            deployments: number;
            /**
             * Gpu
             * @default 0
             */
            gpu: number;
            /**
             * Memory
             * @description bytes
             * @default 0
             */
            memory: number;
        };
        /**
         * UsageLine
         * @description What the deployments of one group used in one month; those that were deleted since, too.
         */
        UsageLine: {
            /**
             * Cpu Hours
             * @description CPU core-hours that replicas really used
             */
            cpu_hours: number;
            /**
             * Deployments
             * @description deployments that ran or were called
             */
            deployments: number;
            /** Group */
            group: string;
            /**
             * Memory Gb Hours
             * @description gigabyte-hours (10⁹ bytes) that replicas really held
             */
            memory_gb_hours: number;
            /**
             * Month
             * @description 2026-11, UTC
             */
            month: string;
            /** Replica Hours */
            replica_hours: number;
            /**
             * Requests
             * @description predictions that were answered, with whatever status
             */
            requests: number;
        };
        /**
         * UsageReport
         * @description Usage by month and group, newest month first.
         */
        UsageReport: {
            /** Items */
            items: components["schemas"]["UsageLine"][];
        };
        /**
         * WarmRequest
         * @description Body of ``POST warm``: prepare to start replicas of such models fast.
         */
        WarmRequest: {
            /** Interpreter */
            interpreter: string;
            /**
             * Packages
             * @description import name → version
             */
            packages?: {
                [key: string]: string;
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
