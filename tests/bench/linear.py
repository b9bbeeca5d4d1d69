"""Whether reading a configuration takes time in proportion to its length, whatever is in it.

Each kind of text is read twice by `exactix validate`, the second time ten times as long. What takes far more than ten times
as long then is told, and makes the exit code 1.

    python3 tests/bench/linear.py target/release/exactix [KIND ...]
"""
import subprocess
import sys
import tempfile
import time

SHORT, LONG = 20_000, 200_000
# Noise of the machine included.
MOST = 25

HEADER = 'neighbor 10.0.0.1 { local-address 10.0.0.2; local-as 1; peer-as 2;\n'
KINDS = {
    'routes.conf': lambda n: HEADER + 'static {\n'+''.join(f'route {address(i)}/32 next-hop 1.1.1.1;\n' for i in range(n))+'}}\n',
    'attributes-nlri.conf': lambda n: HEADER + 'static { attributes next-hop 1.1.1.1 nlri '+' '.join(f'{address(i)}/32' for i in range(n))+'; }}\n',
    'neighbors.conf': lambda n: ''.join(f'neighbor {address(i)} {{ local-address 10.255.0.2; local-as 1; peer-as 2; }}\n' for i in range(n//4)),
    'bad-each.conf': lambda n: ''.join(f'neighbor {address(i)} {{ local-address 10.255.0.2; local-as 1; peer-as 2; hold-time x; }}\n' for i in range(n//4)),
    'braces.conf': lambda n: '{'*n,
    'close.conf': lambda n: '}'*n,
    'quotes.conf': lambda n: '"a" '*n,
    'openquote.conf': lambda n: '"'*(n|1),
    'words.conf': lambda n: 'a '*n+';',
    'semi.conf': lambda n: ';'*n,
    'nested.conf': lambda n: 'neighbor 1.1.1.1 { static { route 1.0.0.0/8 '*n,
    'comment.conf': lambda n: '#\n'*n,
    'backslash.conf': lambda n: 'a \\\n'*n,
    'communities.conf': lambda n: HEADER + 'static { route 10.0.0.0/8 next-hop 1.1.1.1 community [ '+' '.join(f'{i>>16}:{i&65535}' for i in range(n//8))+' ]; }}\n',
    'aspath.conf': lambda n: HEADER + 'static { route 10.0.0.0/8 next-hop 1.1.1.1 as-path [ '+' '.join(str(i) for i in range(n//8))+' ]; }}\n',
    'inherit.conf': lambda n: 'template { neighbor t { hold-time 9; } }\n'+HEADER + 'inherit t;\n'*n+'}\n',
    'apis.conf': lambda n: 'process p { run /bin/cat; encoder json; }\n'+HEADER + ''.join(f'api a{i} {{ processes [ p ]; }}\n' for i in range(n//4))+'}\n',
    'watchdog.conf': lambda n: HEADER + 'static {\n'+''.join(f'route {address(i)}/32 next-hop 1.1.1.1 watchdog d withdraw;\n' for i in range(n))+'}}\n',
    'routes.ron': lambda n: '(neighbors: [(peer_address: "10.0.0.1", local_address: "10.0.0.2", local_as: 1, peer_as: 2, routes: [\n'+''.join(f'"route {address(i)}/32 next-hop 1.1.1.1",\n' for i in range(n))+'])])',
    'neighbors.ron': lambda n: '(neighbors: [\n'+''.join(f'(peer_address: "{address(i)}", local_address: "10.255.0.2", local_as: 1, peer_as: 2),\n' for i in range(n//4))+'])',
    'bad-each.ron': lambda n: '(neighbors: [\n'+''.join(f'(peer_address: "{address(i)}", local_addres: "10.255.0.2", local_as: 1, peer_as: 2),\n' for i in range(n//4))+'])',
    'warn-each.ron': lambda n: '(neighbors: [\n'+''.join(f'(peer_address: "{address(i)}", local_address: "10.255.0.2", local_as: 1, peer_as: 2, capability: (route_refresh: true), adj_rib_out: false),\n' for i in range(n//4))+'])',
    'parens.ron': lambda n: '('*n,
    'lists.ron': lambda n: '(neighbors: '+'['*n,
    'comments.ron': lambda n: '('+'/*'*n,
    'keys.ron': lambda n: '('+''.join(f'k{i}: 1,\n' for i in range(n))+')',
    'templates.ron': lambda n: '(templates: {'+''.join(f'"t{i}": (hold_time: 9),\n' for i in range(n//4))+'}, neighbors: [])',
}


def address(i):
    return f"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}"


def seconds(program, kind, length):
    with tempfile.NamedTemporaryFile("w", suffix="." + kind.split(".")[1]) as file:
        file.write(KINDS[kind](length))
        file.flush()
        start = time.monotonic()
        subprocess.run([program, "validate", file.name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
        return time.monotonic() - start


def main():
    program, wanted = sys.argv[1], sys.argv[2:] or KINDS
    slow = []
    for kind in wanted:
        short, long = seconds(program, kind, SHORT), seconds(program, kind, LONG)
        print(f"{kind:22} {short:.3f} s {long:.3f} s, {long / short:.1f} times", flush=True)
        if long / max(short, 0.01) > MOST:
            slow.append(kind)
    if slow:
        sys.exit("not in proportion: " + ", ".join(slow))


if __name__ == "__main__":
    main()
