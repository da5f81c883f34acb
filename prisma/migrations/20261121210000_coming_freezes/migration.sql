-- Freezes that begin later; one without a time begins when it is made.
ALTER TABLE "change_freeze" ADD COLUMN "starts_at" BIGINT;
