#!/usr/bin/env python3
"""How the Hook answers: from the start of the program to the first answer, and under load.

    cargo build --release && benches/hook.py [start|load] [--seconds N] [--binary FILE]

`start` starts the program again and again: `hook handle`, and `hook lambda` beside a stand-in of Lambda's runtime API, both
against an empty run of the same program (`--version`). `load` asks `hook serve` over eight connections, with requests of all
kinds and some that are no requests; it fails where an answer is wrong or missing, or where the memory grows. Latencies are
the client's, which is a Python program on the same machine; `server` is the time that the log tells.
"""

import argparse
import http.server
import hashlib
import hmac
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

CONFIG = """
organization: {id: o-a1b2c3d4e5, accounts: ['111122223333'], regions: [us-east-1], upstream_registries: [ghcr.io]}
hook: {payload_hosts: [127.0.0.1]}
"""
GOOD = {
    "RepositoryName": "team/app",
    "ImageTagMutability": "IMMUTABLE",
    "ImageScanningConfiguration": {"ScanOnPush": "true"},
    "EncryptionConfiguration": {"EncryptionType": "KMS", "KmsKey": "arn:aws:kms:us-east-1:111122223333:key/a"},
    "LifecyclePolicy": {"LifecyclePolicyText": json.dumps({"rules": [{"rulePriority": 1, "selection": {
        "tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 14},
        "action": {"type": "expire"}}]})},
}
PUBLIC = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:*"}]}
TEMPLATE = """
Parameters: {Env: {Type: String, Default: dev}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources:
""" + "".join(f"""  R{i}:
    Type: AWS::ECR::Repository
    Properties: {{RepositoryName: !Sub 'team/${{Env}}-{i}', ImageTagMutability: !If [IsProd, IMMUTABLE, MUTABLE]}}
""" for i in range(10))


def invocation(name, data):
    return json.dumps({
        "clientRequestToken": name, "awsAccountId": "111122223333", "changeSetId": None,
        "stackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/ecr/0a1b2c3d",
        "hookTypeName": "Private::Lambda::EcrGuard", "actionInvocationPoint": "CREATE_PRE_PROVISION",
        "requestData": data, "requestContext": {"invocation": 1, "callbackContext": None},
    }).encode()


def resource(name, properties):
    kind = "AWS::ECR::Repository"
    return invocation(name, {"targetName": kind, "targetType": kind, "targetLogicalId": "Repo",
                             "targetModel": {"resourceProperties": properties}})


def pointing(target, url):
    return invocation(target, {"targetName": target, "targetType": target, "targetLogicalId": "ecr", "payload": url})


class Quiet(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", fields=()):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body:
            self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # whoever asked is gone


def listening(handler):
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


# From the start of the program to the first answer.

def runtime(body):
    """A stand-in of the runtime API: hands one invocation over; the event tells that it was answered."""
    state = {"given": False, "answered": threading.Event(), "at": 0.0}

    class Api(Quiet):
        def do_GET(self):
            if state["given"]:
                state["answered"].wait(5)
                time.sleep(5)
                return
            state["given"] = True
            deadline = str(int(time.time() * 1000) + 30_000)
            self.answer(200, body, [("Lambda-Runtime-Aws-Request-Id", "1"), ("Lambda-Runtime-Deadline-Ms", deadline)])

        def do_POST(self):
            state["at"] = time.perf_counter()
            self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(202)
            state["answered"].set()

    return state, listening(Api)


def times(name, runs, once):
    once()
    got = sorted(once() * 1000 for _ in range(runs))
    print(f"{name:<28} median {statistics.median(got):6.2f} ms   least {got[0]:6.2f} ms")
    return statistics.median(got), got[0]


def start(binary, config, runs=60):
    body = resource("start", GOOD)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

    def version():
        began = time.perf_counter()
        subprocess.run([binary, "--version"], check=True, **quiet)
        return time.perf_counter() - began

    def handle():
        began = time.perf_counter()
        subprocess.run([binary, "hook", "handle", "--config", config], input=body, check=True, **quiet)
        return time.perf_counter() - began

    def cat():
        began = time.perf_counter()
        subprocess.run(["cat"], input=body, check=True, **quiet)
        return time.perf_counter() - began

    def lambda_():
        state, port = runtime(body)
        environment = {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}", "PATH": "/usr/bin"}
        began = time.perf_counter()
        program = subprocess.Popen([binary, "hook", "lambda", "--config", config], env=environment, **quiet)
        state["answered"].wait(10)
        program.kill()
        program.wait()
        return state["at"] - began

    empty = times("--version", runs, version)
    times("cat of the same input", runs, cat)
    for name, way in [("hook handle", handle), ("hook lambda, first answer", lambda_)]:
        got = times(name, runs, way)
        print(f"{'':<28} beyond --version: median {got[0] - empty[0]:.2f} ms, least {got[1] - empty[1]:.2f} ms")
    return True


# Under load.

class Payloads(Quiet):
    """Presigned payloads, and a stand-in of HCP Terraform."""
    made = {
        "/stack": {"template": TEMPLATE, "previousTemplate": ""},
        "/change-set": {"template": TEMPLATE, "changedResources": [{
            "logicalResourceId": "R1", "resourceType": "AWS::ECR::Repository", "action": "CREATE", "lineNumber": 5,
            "beforeContext": None, "afterContext": json.dumps({"Properties": GOOD})}]},
        "/plan": {"format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {"root_module": {}},
                  "resource_changes": [], "configuration": {"root_module": {}}},
    }
    results = []

    def do_GET(self):
        self.answer(200, json.dumps(self.made[self.path]).encode())

    def do_PATCH(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        Payloads.results.append(self.path)
        self.answer(200)


def rss(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def read_answer(reader):
    status = reader.readline()
    if not status:
        return 0, b"", True
    length, last = 0, False
    while (line := reader.readline().strip().lower()):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
        last = last or line == b"connection: close"
    return int(status.split()[1]), reader.read(length), last


class Line:
    """A connection."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.socket.makefile("rb")

    def close(self):
        self.reader.close()
        self.socket.close()


def post(body, path="/", fields=""):
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{fields}\r\n".encode() + body


def oddities(port, count, wrong, ends):
    """What is no request, or comes in an odd way: slowly, cut off, half-closed, too long. One connection for each."""
    body = resource("odd", GOOD)

    def slow(line):
        request = post(body)
        for i in range(0, len(request), 200):
            line.socket.sendall(request[i:i + 200])
            time.sleep(0.01)
        return read_answer(line.reader)[0] == 200

    def half_closed(line):
        line.socket.sendall(post(body))
        line.socket.shutdown(socket.SHUT_WR)
        return read_answer(line.reader)[0] == 200

    def cut(line):
        line.socket.sendall(post(body)[:-20])
        return True

    def oversize(line):
        line.socket.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
        return read_answer(line.reader)[0] == 413

    def garbage(line):
        line.socket.sendall(b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n")
        return read_answer(line.reader)[0] == 400

    def long_head(line):
        line.socket.sendall(b"POST / HTTP/1.1\r\n" + b"X: " + b"a" * 20_000)
        return read_answer(line.reader)[0] == 431

    ways = [slow, half_closed, cut, oversize, garbage, long_head]
    while time.time() < ends:
        way = ways[count[0] % len(ways)]
        count[0] += 1
        try:
            line = Line(port)
            if not way(line):
                wrong.append(way.__name__)
            line.close()
        except OSError as e:
            wrong.append(f"{way.__name__}: {e}")
        time.sleep(0.02)


def mix(payloads):
    """Requests with what their answer has to hold."""
    url = f"http://127.0.0.1:{payloads}"
    task = json.dumps({
        "payload_version": 1, "stage": "post_plan", "access_token": "secret", "run_id": "run-1",
        "plan_json_api_url": url + "/plan", "task_result_callback_url": url + "/result",
        "organization_name": "o", "workspace_name": "w", "is_speculative": False}).encode()
    signed = hmac.new(b"key", task, hashlib.sha512).hexdigest()
    return {
        "resource good": (post(resource("good", GOOD)), b'"SUCCESS"'),
        "resource public": (post(resource("public", {**GOOD, "RepositoryPolicyText": PUBLIC})), b"policy-public-access"),
        "cloud control": (post(resource("cc", {**GOOD, "ImageTagMutability": "MUTABLE"}).replace(
            b"arn:aws:cloudformation:us-east-1:111122223333:stack/ecr/0a1b2c3d", b"")), b"repository-tags-mutable"),
        "stack": (post(pointing("STACK", url + "/stack")), b"repository-tags-mutable"),
        "change set": (post(pointing("CHANGE_SET", url + "/change-set")), b'"SUCCESS"'),
        "other type": (post(resource("other", {}).replace(b"ECR::Repository", b"S3::Bucket")), b'"SUCCESS"'),
        "malformed": (post(b"{bad"), b"InternalFailure"),
        "run task": (post(task, "/run-task", f"X-TFC-Task-Signature: {signed}\r\n"), b"ok"),
        "health": (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"ok"),
    }


def ask(port, requests, number, took, wrong, ends, pause):
    names = list(requests)
    line, i = Line(port), number
    while time.time() < ends:
        name = names[i % len(names)]
        i += 1
        request, wanted = requests[name]
        began = time.perf_counter()
        try:
            line.socket.sendall(request)
            status, body, last = read_answer(line.reader)
        except OSError as e:
            wrong.append(f"{name}: {e}")
            line.close()
            line = Line(port)
            continue
        took[name].append((time.perf_counter() - began) * 1000)
        if wanted not in body:
            wrong.append(f"{name}: {status} {body[:200]}")
        if last:
            line.close()
            line = Line(port)
        time.sleep(pause)
    line.close()


def at(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] if values else 0.0


def load(binary, config, seconds, pause, connections=8):
    payloads = listening(Payloads)
    key = config + ".key"
    with open(key, "w") as file:
        file.write("key")
    command = [binary, "hook", "serve", "--listen", "127.0.0.1:0", "--config", config, "--run-task-key", key,
               "--run-task-host", "127.0.0.1"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    port = int(server.stderr.readline().split("http://127.0.0.1:")[1].split()[0])
    logged = []

    def listen():
        for line in server.stderr:
            if '"duration_ms"' in line:
                entry = json.loads(line)
                logged.append((entry.get("operation"), entry["duration_ms"]))

    threading.Thread(target=listen, daemon=True).start()
    requests = mix(payloads)
    took, wrong, odd = {name: [] for name in requests}, [], [0]
    ends = time.time() + seconds
    workers = [threading.Thread(target=ask, args=(port, requests, n, took, wrong, ends, pause)) for n in range(connections)]
    workers.append(threading.Thread(target=oddities, args=(port, odd, wrong, ends)))
    for worker in workers:
        worker.start()
    memory = []
    while time.time() < ends:
        time.sleep(min(1.0, seconds / 10))
        memory.append(rss(server.pid))
    for worker in workers:
        worker.join()
    server.terminate()
    code = server.wait(40)
    for name in requests:
        values = took[name]
        print(f"{name:<16} {len(values):6} requests   p50 {at(values, .5):6.2f}  p99 {at(values, .99):6.2f}  max {at(values, 1):6.2f} ms")
    every = [v for values in took.values() for v in values]
    inside = [ms for _, ms in logged]
    print(f"{'all':<16} {len(every):6} requests   p50 {at(every, .5):6.2f}  p99 {at(every, .99):6.2f}  max {at(every, 1):6.2f} ms")
    print(f"{'server':<16} {len(inside):6} verdicts   p50 {at(inside, .5):6.2f}  p99 {at(inside, .99):6.2f}  max {at(inside, 1):6.2f} ms")
    settled, last = memory[len(memory) // 3], memory[-1]
    print(f"memory: {memory[0]} KB at first, {settled} KB after a third, {last} KB at the end; {odd[0]} odd requests; "
          f"{len(Payloads.results)} results of run tasks")
    flat = last <= settled * 1.1 + 2048
    for line in wrong[:10]:
        print("wrong:", line)
    if wrong or not flat or code != 0:
        print(f"FAILED: {len(wrong)} wrong answers, memory {'flat' if flat else 'grows'}, exit code {code}")
    return not wrong and flat and code == 0


def main():
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("what", nargs="?", choices=["start", "load"])
    reader.add_argument("--binary", default="target/release/ecr-guard")
    reader.add_argument("--seconds", type=float, default=30)
    reader.add_argument("--pause", type=float, default=0.02, help="seconds that a connection rests after each answer")
    asked = reader.parse_args()
    binary = os.path.realpath(asked.binary)
    os.environ.pop("AWS_CA_BUNDLE", None)  # Lambda sets none, and reading it takes its time
    with tempfile.TemporaryDirectory() as directory:
        config = os.path.join(directory, "ecr-guard.yaml")
        with open(config, "w") as file:
            file.write(CONFIG)
        held = asked.what == "load" or start(binary, config)
        if asked.what != "start":
            held = load(binary, config, asked.seconds, asked.pause) and held
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
