-- CreateTable
CREATE TABLE "lease" (
    "key" TEXT NOT NULL,
    "state" JSONB NOT NULL,
    "until" BIGINT NOT NULL,

    CONSTRAINT "lease_pkey" PRIMARY KEY ("key")
);
