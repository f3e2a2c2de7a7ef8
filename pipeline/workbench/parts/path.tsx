/** A path of the dictionary, broadest first, as one line. */
interface Node {
  readonly level: string
  readonly code: string
  readonly text: string
}

export function PathLine({ path, to }: { path: readonly Node[]; to?: (node: Node) => void }) {
  return (
    <span class="path">
      {path.map((node, i) => (
        <span key={`${node.level} ${node.code}`} title={`${node.level} ${node.code}`}>
          {i > 0 && (
            <span class="then" aria-hidden="true">
              ›
            </span>
          )}
          {to === undefined ? (
            node.text
          ) : (
            <button type="button" class="link quiet" onClick={() => to(node)}>
              {node.text}
            </button>
          )}
        </span>
      ))}
    </span>
  )
}
