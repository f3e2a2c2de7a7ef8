/** The page's files: what vite built, and its index for every address that the page makes up itself. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { AecoderError } from '../index.ts'

/** @param folder where the built page lies; undefined for a server of the API alone */
export async function registerPage(app: FastifyInstance, folder: string | undefined): Promise<void> {
  const hasPage = folder !== undefined && existsSync(join(folder, 'index.html'))
  if (hasPage)
    await app.register(fastifyStatic, {
      root: folder,
      index: ['index.html'],
      dotfiles: 'ignore',
      cacheControl: false,
      setHeaders: (reply, path) => {
        // The names of what vite bundles hold a hash of the content.
        const isHashed = /[\\/]assets[\\/][^\\/]+-[\w-]{8,}\.\w+$/.test(path)
        reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
  app.setNotFoundHandler(async (request, reply) => {
    const [path = ''] = request.url.split('?')
    const isOfPage = request.method === 'GET' && /^\/(?!api(?:\/|$))[\w/@%~:-]*$/.test(path)
    if (hasPage && isOfPage && !path.includes('%2')) return reply.sendFile('index.html')
    throw new AecoderError('TARGET_NOT_FOUND', { where: 'the address', found: 'nothing is here' })
  })
}
