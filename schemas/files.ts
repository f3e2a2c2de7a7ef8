/** Files as the rooms see them: named byte streams in, sinks that hash what they write out. No file system here. */

/** A file that can be read from its start, as often as needed. */
export interface SourceFile {
  /** How messages and manifests name it: the path below the input folder, `/` between the parts. */
  readonly name: string
  open(): AsyncIterable<Uint8Array>
  /** Reading at any place: files of a folder or bucket have it, those of a zip have not. */
  readonly random?: RandomAccess
}

/** A file that can be read from its end or its middle, as formats with an index need it. */
export interface RandomAccess {
  /** Bytes of the whole file. */
  size(): Promise<number>
  /** The bytes from `at` on, `length` of them or as many as there are before the end. */
  readAt(at: number, length: number): Promise<Uint8Array>
}

/** What was written under a name. */
export interface WrittenFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

/** Receives one file. Nothing is visible under the file's name before `close` returned. */
export interface FileSink {
  /** Resolves when the bytes were taken: awaiting it is the backpressure. */
  write(chunk: Uint8Array): Promise<void>
  close(): Promise<WrittenFile>
  /** Leaves no trace of the file. Safe to call twice, and after a failed write. */
  abort(): Promise<void>
}

/** A small file as it was seen. */
export interface FileState {
  readonly bytes: Uint8Array
  /** Of this very state, whatever the storage tells states apart by: for `replace` alone. */
  readonly mark: string
}

/** On what a file may be replaced. */
export interface Given {
  /** The state that it is still in; undefined where it is still not there. */
  readonly seen: FileState | undefined
  /** A file that was written: on it a place may try whether it heeds conditions, before the first file stands under the name. */
  readonly standing: { readonly name: string; readonly bytes: Uint8Array }
}

/** A file as its listing shows it: nobody looked into it. */
export interface FileLook {
  readonly name: string
  readonly bytes: number
  /** Milliseconds since 1970, by the clock of the disk or of the bucket's server. */
  readonly modified: number
  /** Since when it lies there as it does, by the same clock: of a file that keeps the time of its original on a disk, later. */
  readonly arrived: number
  /** Another one whenever the file may be another: made of size, times and inode on a disk, of the ETag in a bucket. */
  readonly mark: string
  /** Where a `link` leads nobody looked. `other` is a pipe, a socket, a device: opening one may never return. */
  readonly kind: 'file' | 'link' | 'other'
}

/** A folder or bucket prefix. Names are relative to it, with `/` between the parts. */
export interface Storage {
  /** How messages name the place. */
  readonly where: string
  /** Names of all files, or of those below a folder, sorted by code unit; none where it is not there. */
  list(folder?: string): Promise<readonly string[]>
  /** All that lies below, hidden and unfinished files too, sorted as by `list`. No link is followed, no file opened. */
  look(): Promise<readonly FileLook[]>
  /** One file as `look` would show it; undefined where it is not there. */
  see(name: string): Promise<FileLook | undefined>
  /**
   * Removes one file, if it still is the one that was seen, and the folders that it leaves empty.
   * @returns false where it is gone, or another one stands there
   */
  remove(seen: Pick<FileLook, 'name' | 'mark'>): Promise<boolean>
  /** @throws AecoderError FILE_NOT_FOUND when the name is not there */
  read(name: string): AsyncIterable<Uint8Array>
  /** The same file with all ways to read it. */
  file(name: string): SourceFile
  has(name: string): Promise<boolean>
  /** Names of the folders right below a folder; none where it is not there. */
  listFolders(name: string): Promise<readonly string[]>
  /** Removes a folder with all that is in it, unfinished files too. */
  removeFolder(name: string): Promise<void>
  /**
   * Whether nobody writes into a folder any more. The caller holds the study's lock, which settles it for a disk; a
   * bucket may be written from several machines, so there it takes time without a new byte.
   */
  isAbandoned(name: string): Promise<boolean>
  /**
   * Takes back what was begun in a folder and cannot be finished any more, wherever whole files stand beside it.
   * @param whose.isOwn where nobody else writes there: then it need not be old
   */
  removeUnfinished(name: string, whose?: { readonly isOwn: boolean }): Promise<void>
  createFile(name: string): Promise<FileSink>
  /** A small file with what `replace` needs to know whether it is still the same; undefined where there is none. */
  findState(name: string): Promise<FileState | undefined>
  /**
   * Puts the bytes under the name in one step: readers see the old file or the new one, never a part.
   * @param given only if the file is still in the state that was seen, or still not there: of two, one wins
   * @throws AecoderError BUCKET_CONFLICT when it is not
   */
  replace(name: string, bytes: Uint8Array, given?: Given): Promise<WrittenFile>
}

/** The files of a coding dictionary: names without folders. */
export interface DictionaryFiles {
  readonly where: string
  list(): Promise<readonly string[]>
  open(name: string): AsyncIterable<Uint8Array>
}
