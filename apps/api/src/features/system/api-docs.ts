import fastifyStatic from '@fastify/static';
import type { INestApplication } from '@nestjs/common';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';

/**
 * The API's description to read and try at `/docs`, as JSON at `/docs-json`. Nest's module registers its files through a
 * package that it looks for beside itself; handing it a plain adapter makes it ask us, who have that package.
 */
export function serveApiDocs(app: INestApplication, server: FastifyInstance, document: OpenAPIObject): void {
  const adapter = app.getHttpAdapter();
  const plain = Object.create(adapter, { getType: { value: () => 'plain' } }) as typeof adapter;
  const front = Object.create(app, {
    getHttpAdapter: { value: () => plain },
    useStaticAssets: {
      value: (root: string, { prefix }: { prefix: string }) =>
        void server.register(fastifyStatic, { root, prefix, decorateReply: false, index: false }),
    },
  }) as INestApplication;
  SwaggerModule.setup('docs', front, document, { raw: ['json'], customSiteTitle: 'Gennaker API' });
}
