-- CreateIndex
CREATE INDEX "ledger_name_idx" ON "ledger"("name");
