-- CreateTable
CREATE TABLE "canary_report" (
    "id" TEXT NOT NULL,
    "application" TEXT NOT NULL,
    "execution_id" TEXT NOT NULL,
    "stage_id" TEXT NOT NULL,
    "config_id" TEXT NOT NULL,
    "created_at" BIGINT NOT NULL,
    "content" JSON NOT NULL,
    "pairs" JSON NOT NULL,

    CONSTRAINT "canary_report_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "canary_report_application_created_at_idx" ON "canary_report"("application", "created_at");

-- CreateIndex
CREATE INDEX "canary_report_execution_id_idx" ON "canary_report"("execution_id");
