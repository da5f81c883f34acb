-- CreateTable
CREATE TABLE "cluster_lock" (
    "key" TEXT NOT NULL,
    "execution_id" TEXT NOT NULL,
    "stage_id" TEXT NOT NULL,
    "since" BIGINT NOT NULL,

    CONSTRAINT "cluster_lock_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "cluster_lock_waiter" (
    "place" BIGSERIAL NOT NULL,
    "stage_id" TEXT NOT NULL,
    "execution_id" TEXT NOT NULL,
    "keys" TEXT[],
    "lineage" TEXT[],
    "since" BIGINT NOT NULL,

    CONSTRAINT "cluster_lock_waiter_pkey" PRIMARY KEY ("place")
);

-- CreateIndex
CREATE UNIQUE INDEX "cluster_lock_waiter_stage_id_key" ON "cluster_lock_waiter"("stage_id");
