-- CreateTable
CREATE TABLE "pipeline_template" (
    "id" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "content" JSON NOT NULL,
    "created_at" BIGINT NOT NULL,
    "created_by" TEXT NOT NULL,

    CONSTRAINT "pipeline_template_pkey" PRIMARY KEY ("id","digest")
);

-- CreateTable
CREATE TABLE "pipeline_template_tag" (
    "id" TEXT NOT NULL,
    "tag" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "updated_by" TEXT NOT NULL,

    CONSTRAINT "pipeline_template_tag_pkey" PRIMARY KEY ("id","tag")
);

-- CreateTable
CREATE TABLE "document" (
    "kind" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "content" JSON NOT NULL,
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "updated_by" TEXT NOT NULL,
    "deleted_at" BIGINT,

    CONSTRAINT "document_pkey" PRIMARY KEY ("kind","id")
);

-- CreateTable
CREATE TABLE "document_version" (
    "kind" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "content" JSON NOT NULL,
    "author" TEXT NOT NULL,
    "created_at" BIGINT NOT NULL,

    CONSTRAINT "document_version_pkey" PRIMARY KEY ("kind","id","version")
);

-- CreateIndex
CREATE INDEX "document_kind_scope_position_idx" ON "document"("kind", "scope", "position");

-- Beyond what the schema language can say.

-- One living document of a name in a kind and scope, compared without case.
CREATE UNIQUE INDEX "document_living_name_key" ON "document" ("kind", "scope", "name_key") WHERE "deleted_at" IS NULL;

-- Who depends on a template: instances by the reference they give.
CREATE INDEX "pipeline_template_reference_idx" ON "pipeline" (left("config"->'template'->>'reference', 300) text_pattern_ops)
  WHERE "deleted_at" IS NULL AND "config"->'template'->>'reference' IS NOT NULL;
