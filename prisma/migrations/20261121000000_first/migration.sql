-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "application" (
    "name" TEXT NOT NULL,
    "attributes" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" TEXT NOT NULL,

    CONSTRAINT "application_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "application_revision" (
    "id" BIGSERIAL NOT NULL,
    "application_name" TEXT NOT NULL,
    "attributes" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,

    CONSTRAINT "application_revision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pipeline" (
    "id" TEXT NOT NULL,
    "application" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "disabled" BOOLEAN NOT NULL DEFAULT false,
    "config" JSONB NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "updated_by" TEXT NOT NULL,
    "deleted_at" BIGINT,

    CONSTRAINT "pipeline_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pipeline_version" (
    "pipeline_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "config" JSONB NOT NULL,
    "author" TEXT NOT NULL,
    "message" TEXT,
    "created_at" BIGINT NOT NULL,

    CONSTRAINT "pipeline_version_pkey" PRIMARY KEY ("pipeline_id","version")
);

-- CreateTable
CREATE TABLE "pipeline_trigger" (
    "pipeline_id" TEXT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "config" JSONB NOT NULL,

    CONSTRAINT "pipeline_trigger_pkey" PRIMARY KEY ("pipeline_id","ordinal")
);

-- CreateTable
CREATE TABLE "execution" (
    "id" TEXT NOT NULL,
    "root_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "application" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "pipeline_config_id" TEXT,
    "pipeline_version" INTEGER,
    "status" TEXT NOT NULL,
    "build_time" BIGINT NOT NULL,
    "start_time" BIGINT,
    "end_time" BIGINT,
    "start_time_expiry" BIGINT,
    "canceled" BOOLEAN NOT NULL DEFAULT false,
    "canceled_by" TEXT,
    "cancellation_reason" TEXT,
    "superseded_by" TEXT,
    "paused" JSONB,
    "limit_concurrent" BOOLEAN NOT NULL DEFAULT false,
    "max_concurrent_executions" INTEGER NOT NULL DEFAULT 0,
    "keep_waiting_pipelines" BOOLEAN NOT NULL DEFAULT false,
    "wait" JSONB,
    "trigger" JSONB NOT NULL,
    "details" JSONB NOT NULL,
    "initial_config" JSONB NOT NULL,
    "parent_execution_id" TEXT,
    "parent_stage_id" TEXT,
    "correlation_key" TEXT,
    "sequence" INTEGER NOT NULL DEFAULT 0,
    "fence" INTEGER NOT NULL DEFAULT 0,
    "lease_owner" TEXT,
    "signals" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "execution_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stage" (
    "id" TEXT NOT NULL,
    "execution_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "ref_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "start_time" BIGINT,
    "end_time" BIGINT,
    "scheduled_time" BIGINT,
    "start_time_expiry" BIGINT,
    "context" JSONB NOT NULL,
    "outputs" JSONB NOT NULL,
    "requisite_stage_ref_ids" TEXT[],
    "synthetic_stage_owner" TEXT,
    "parent_stage_id" TEXT,
    "last_modified" JSONB,
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "ends_as" TEXT,
    "wait" JSONB,
    "due_at" BIGINT,

    CONSTRAINT "stage_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task" (
    "stage_id" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "execution_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "implementation" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "start_time" BIGINT,
    "end_time" BIGINT,
    "loop_start" BOOLEAN NOT NULL DEFAULT false,
    "loop_end" BOOLEAN NOT NULL DEFAULT false,
    "exception" JSONB,
    "memory" JSONB,

    CONSTRAINT "task_pkey" PRIMARY KEY ("stage_id","id")
);

-- CreateTable
CREATE TABLE "stage_attempt" (
    "stage_id" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "execution_id" TEXT NOT NULL,
    "record" JSONB NOT NULL,

    CONSTRAINT "stage_attempt_pkey" PRIMARY KEY ("stage_id","attempt")
);

-- CreateTable
CREATE TABLE "execution_event" (
    "execution_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "at" BIGINT NOT NULL,
    "type" TEXT NOT NULL,
    "stage_id" TEXT,
    "data" JSONB NOT NULL,

    CONSTRAINT "execution_event_pkey" PRIMARY KEY ("execution_id","sequence")
);

-- CreateTable
CREATE TABLE "due" (
    "key" TEXT NOT NULL,
    "message" JSONB NOT NULL,
    "at" BIGINT NOT NULL,

    CONSTRAINT "due_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "signal" (
    "id" BIGSERIAL NOT NULL,
    "execution_id" TEXT NOT NULL,
    "stage_id" TEXT,
    "kind" TEXT NOT NULL,
    "body" JSONB NOT NULL,
    "user" TEXT NOT NULL,
    "at" BIGINT NOT NULL,
    "once_key" TEXT,
    "consumed_at" BIGINT,

    CONSTRAINT "signal_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger" (
    "id" BIGSERIAL NOT NULL,
    "execution_id" TEXT NOT NULL,
    "stage_id" TEXT NOT NULL,
    "operation_key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "before" JSONB,
    "state" TEXT NOT NULL,
    "at" BIGINT NOT NULL,

    CONSTRAINT "ledger_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "worker" (
    "id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "heartbeat_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "worker_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "admission" (
    "pipeline_config_id" TEXT NOT NULL,

    CONSTRAINT "admission_pkey" PRIMARY KEY ("pipeline_config_id")
);

-- CreateTable
CREATE TABLE "delivery" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "dedupe_key" TEXT,
    "headers" JSONB NOT NULL,
    "payload" JSONB NOT NULL,
    "bytes" INTEGER NOT NULL,
    "received_at" BIGINT NOT NULL,
    "verdict" JSONB,

    CONSTRAINT "delivery_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "application_revision_application_name_id_idx" ON "application_revision"("application_name", "id" DESC);

-- CreateIndex
CREATE INDEX "pipeline_application_position_idx" ON "pipeline"("application", "position");

-- CreateIndex
CREATE INDEX "pipeline_trigger_type_source_idx" ON "pipeline_trigger"("type", "source");

-- CreateIndex
CREATE UNIQUE INDEX "execution_correlation_key_key" ON "execution"("correlation_key");

-- CreateIndex
CREATE INDEX "execution_pipeline_config_id_id_idx" ON "execution"("pipeline_config_id", "id" DESC);

-- CreateIndex
CREATE INDEX "execution_application_id_idx" ON "execution"("application", "id" DESC);

-- CreateIndex
CREATE INDEX "stage_execution_id_position_idx" ON "stage"("execution_id", "position");

-- CreateIndex
CREATE INDEX "task_execution_id_idx" ON "task"("execution_id");

-- CreateIndex
CREATE INDEX "stage_attempt_execution_id_idx" ON "stage_attempt"("execution_id");

-- CreateIndex
CREATE INDEX "due_at_idx" ON "due"("at");

-- CreateIndex
CREATE UNIQUE INDEX "signal_once_key_key" ON "signal"("once_key");

-- CreateIndex
CREATE INDEX "signal_execution_id_id_idx" ON "signal"("execution_id", "id");

-- CreateIndex
CREATE INDEX "ledger_execution_id_idx" ON "ledger"("execution_id");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_operation_key_kind_name_action_key" ON "ledger"("operation_key", "kind", "name", "action");

-- CreateIndex
CREATE UNIQUE INDEX "delivery_dedupe_key_key" ON "delivery"("dedupe_key");

-- CreateIndex
CREATE INDEX "delivery_source_id_idx" ON "delivery"("source", "id" DESC);

-- AddForeignKey
ALTER TABLE "application_revision" ADD CONSTRAINT "application_revision_application_name_fkey" FOREIGN KEY ("application_name") REFERENCES "application"("name") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pipeline_version" ADD CONSTRAINT "pipeline_version_pipeline_id_fkey" FOREIGN KEY ("pipeline_id") REFERENCES "pipeline"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pipeline_trigger" ADD CONSTRAINT "pipeline_trigger_pipeline_id_fkey" FOREIGN KEY ("pipeline_id") REFERENCES "pipeline"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- Beyond what the schema language can say.

-- One living pipeline of a name in an application, compared without case.
CREATE UNIQUE INDEX "pipeline_living_name_key" ON "pipeline" ("application", "name_key") WHERE "deleted_at" IS NULL;

-- Admission counts what runs and finds who waits.
CREATE INDEX "execution_active_idx" ON "execution" ("pipeline_config_id", "id") WHERE "status" IN ('RUNNING', 'PAUSED');
CREATE INDEX "execution_waiting_idx" ON "execution" ("pipeline_config_id", "id") WHERE "status" = 'NOT_STARTED' AND ("limit_concurrent" OR "max_concurrent_executions" > 0);
CREATE INDEX "signal_unread_idx" ON "signal" ("execution_id", "id") WHERE "consumed_at" IS NULL;

-- Ends a statement whose guards did not all hold, so that nothing of it is kept.
CREATE FUNCTION "guard_broken"("what" text) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'guard broken: %', "what" USING ERRCODE = 'GK001';
END $$;

-- Rows that change many times in their life keep room for it on their page.
ALTER TABLE "execution" SET (fillfactor = 80);
ALTER TABLE "stage" SET (fillfactor = 70);
ALTER TABLE "task" SET (fillfactor = 80);
ALTER TABLE "delivery" SET (fillfactor = 50);
ALTER TABLE "due" SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
