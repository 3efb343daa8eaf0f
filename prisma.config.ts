import { defineConfig } from 'prisma/config'

// Only for those who use Prisma's own command line; the service applies migrations with `npm run migrate`.
const url = process.env.DATABASE_URL

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  ...(url ? { datasource: { url } } : {}),
})
