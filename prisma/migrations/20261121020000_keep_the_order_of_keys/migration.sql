-- Pipelines are given back as their author wrote them: JSON keeps the order of keys, JSONB sorts them.
ALTER TABLE "pipeline" ALTER COLUMN "config" TYPE JSON USING "config"::JSON;
ALTER TABLE "pipeline_version" ALTER COLUMN "config" TYPE JSON USING "config"::JSON;
