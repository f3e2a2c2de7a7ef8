/** A proxy that stands between the SDK and a real server and does to single requests what networks and servers do. */
import { once } from 'node:events'
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { readAll, server } from './server.ts'

/** What befalls a request. */
export type Fault =
  /** Answered by the proxy; the server hears nothing of it. */
  | { readonly kind: 'refuse'; readonly status: number; readonly code: string }
  /** The connection breaks after so many bytes of the answer's body. */
  | { readonly kind: 'cut-answer'; readonly after: number }
  /** The connection breaks after so many bytes of the request's body; the server hears nothing of it. */
  | { readonly kind: 'cut-request'; readonly after: number }
  /** The server does what is asked, and its answer is lost. */
  | { readonly kind: 'lose-answer' }
  /** The server does what is asked; when it has answered, this is called, and the answer is lost. */
  | { readonly kind: 'call'; readonly act: () => void }
  /** The server hears nothing of it, and nobody answers. */
  | { readonly kind: 'drop' }
  /** Only so many bytes of the body come, and the header says that there are no more. */
  | { readonly kind: 'shorten'; readonly to: number; readonly size?: number }
  /** The header promises more bytes than come. */
  | { readonly kind: 'promise-more'; readonly by: number }
  /** After so many bytes of the body nothing comes any more. */
  | { readonly kind: 'stall'; readonly after: number }
  /** The body comes in pieces of so many bytes, one every few milliseconds. */
  | { readonly kind: 'drip'; readonly bytes: number }
  /** It waits before the server hears of it. */
  | { readonly kind: 'wait'; readonly until: Promise<void> }
  /** Answered as if it had been done; the server hears nothing of it. */
  | { readonly kind: 'pretend' }
  /** Answered with these words; the server hears nothing of it. */
  | { readonly kind: 'answer'; readonly body: string }
  /** A bit of the request's body turns over on the way. */
  | { readonly kind: 'spoil-body' }

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  /** From 1 on. */
  readonly number: number
}

export interface FaultProxy {
  readonly endpoint: string
  /** All that was asked so far. */
  readonly asked: readonly Asked[]
  /** Most requests whose answer was not complete at the same moment. */
  readonly mostAtOnce: number
}

/** @param plan what befalls a request; undefined lets it pass */
export async function startProxy(plan: (asked: Asked) => Fault | undefined): Promise<FaultProxy> {
  const asked: Asked[] = []
  let now = 0
  let mostAtOnce = 0
  const proxy = createServer((request, response) => {
    const one = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      number: asked.length + 1,
    }
    asked.push(one)
    mostAtOnce = Math.max(mostAtOnce, ++now)
    let isOver = false
    const end = () => {
      if (!isOver) now--
      isOver = true
    }
    response.once('finish', end)
    response.once('close', end)
    response.on('error', () => undefined)
    request.on('error', () => undefined)
    const fault = plan(one)
    if (fault?.kind === 'wait') void fault.until.then(() => meet(undefined, request, { response, end }))
    else meet(fault, request, { response, end })
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        proxy.close(() => resolve())
        proxy.closeAllConnections()
      }),
  )
  const { port } = proxy.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    asked,
    get mostAtOnce() {
      return mostAtOnce
    },
  }
}

/** @param to.end told when the last byte of the answer goes out: the next request may be there before the connection knows */
function meet(
  fault: Fault | undefined,
  request: IncomingMessage,
  { response, end }: { response: ServerResponse; end: () => void },
): void {
  if (fault?.kind === 'drop') {
    request.socket.destroy()
    return
  }
  if (fault?.kind === 'refuse') {
    request.resume()
    request.once('end', () => {
      response.writeHead(fault.status, { 'content-type': 'application/xml' })
      response.end(
        request.method === 'HEAD'
          ? ''
          : `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${fault.code}</Code><Message>${SECRET_WORDS}</Message></Error>`,
      )
    })
    return
  }
  if (fault?.kind === 'answer') {
    request.resume()
    request.once('end', () => response.writeHead(200, { 'content-type': 'application/xml' }).end(fault.body))
    return
  }
  if (fault?.kind === 'pretend') {
    request.resume()
    request.once('end', () => response.writeHead(200, { etag: '"11111111111111111111111111111111"' }).end())
    return
  }
  if (fault?.kind === 'cut-request') {
    let came = 0
    request.on('data', (chunk: Buffer) => {
      came += chunk.byteLength
      if (came >= fault.after) request.socket.destroy()
    })
    // One that is shorter is cut at its end: nobody shall wait for an answer until the patience is over.
    request.on('end', () => request.socket.destroy())
    return
  }
  if (fault?.kind === 'call') {
    void callAfter(fault.act, request)
    return
  }
  const { hostname: host, port } = new URL(server.endpoint)
  const onward = forward(
    { host, port, method: request.method, path: request.url, headers: request.headers },
    (answer) => {
      if (fault?.kind === 'lose-answer') {
        answer.resume()
        answer.once('end', () => request.socket.destroy())
        return
      }
      // Who asked went away in the middle.
      pass(fault, answer, { response, end }).catch(() => undefined)
    },
  )
  onward.on('error', () => request.socket.destroy())
  response.once('close', () => onward.destroy())
  if (fault?.kind === 'spoil-body') {
    request.on('data', (chunk: Buffer) => {
      chunk[0] = (chunk[0] ?? 0) ^ 1
      onward.write(chunk)
    })
    request.on('end', () => onward.end())
  } else request.pipe(onward)
}

/** The request reaches the server whole, even when who sent it is gone by then. */
async function callAfter(act: () => void, request: IncomingMessage): Promise<void> {
  const body = await readAll(request)
  const { hostname: host, port } = new URL(server.endpoint)
  const onward = forward({ host, port, method: request.method, path: request.url, headers: request.headers })
  onward.end(body)
  const [answer] = (await once(onward, 'response')) as [IncomingMessage]
  await readAll(answer)
  act()
  request.socket.destroy()
}

/** What a server may say in its own words; no message of ours repeats them. */
export const SECRET_WORDS = 'AKIAEXAMPLE said by the server'

async function pass(
  fault: Fault | undefined,
  answer: IncomingMessage,
  { response, end }: { response: ServerResponse; end: () => void },
): Promise<void> {
  const headers = { ...answer.headers }
  const length = Number(headers['content-length'] ?? 0)
  if (fault?.kind === 'shorten') {
    headers['content-length'] = String(Math.min(fault.to, length))
    if (fault.size !== undefined) headers['content-range'] = `bytes 0-${fault.to - 1}/${fault.size}`
  }
  if (fault?.kind === 'promise-more') headers['content-length'] = String(length + fault.by)
  if (length === 0) end()
  response.writeHead(answer.statusCode ?? 500, headers)
  let sent = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    const limit = fault === undefined ? Infinity : 'to' in fault ? fault.to : 'after' in fault ? fault.after : Infinity
    const piece = chunk.subarray(0, Math.max(0, limit - sent))
    sent += piece.byteLength
    if (sent >= length && fault?.kind !== 'drip') end()
    if (fault?.kind === 'drip')
      for (let at = 0; at < piece.byteLength && !response.destroyed; at += fault.bytes) {
        if (sent >= length && at + fault.bytes >= piece.byteLength) end()
        response.write(piece.subarray(at, at + fault.bytes))
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    else if (piece.byteLength > 0 && !response.write(piece) && !response.destroyed) await untilDrained(response)
    if (sent >= limit) break
  }
  if (fault?.kind === 'stall') return
  if (fault?.kind === 'cut-answer' || fault?.kind === 'promise-more') response.socket?.destroy()
  else response.end()
}

async function untilDrained(response: ServerResponse): Promise<void> {
  const over = new AbortController()
  const { signal } = over
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]).catch(() => undefined)
  over.abort()
}
