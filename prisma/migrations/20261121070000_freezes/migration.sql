-- CreateTable
CREATE TABLE "change_freeze" (
    "id" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "target" TEXT,
    "reason" TEXT NOT NULL,
    "until" BIGINT,
    "exempt" JSONB NOT NULL,
    "created_at" BIGINT NOT NULL,
    "created_by" TEXT NOT NULL,
    "ended_at" BIGINT,
    "ended_by" TEXT,

    CONSTRAINT "change_freeze_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "change_freeze_until_idx" ON "change_freeze"("until");
