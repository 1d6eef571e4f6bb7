"""Sends batches of events over four connections: all of a file as fast as they are taken, or so many a second until stopped."""

import http.client
import json
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import msgspec

CONNECTIONS = 4


def _post(connection: http.client.HTTPConnection, body: bytes) -> None:
    connection.request("POST", "/v1/batch", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"The intake answered {answer.status}.")


def send_all(port: int, bodies: list[bytes]) -> tuple[float, float, list[float]]:
    """Send everything; return how long it took, the processor time of this process, and how long each request took."""
    answers: list[float] = []
    waiting = iter(bodies)
    lock = threading.Lock()

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while True:
            with lock:
                body = next(waiting, None)
            if body is None:
                return
            begin = time.perf_counter()
            _post(connection, body)
            answers.append(time.perf_counter() - begin)

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    start, worked = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(answers) != len(bodies):
        raise RuntimeError("Not everything was taken.")
    return time.perf_counter() - start, time.process_time() - worked, answers


def send_on(port: int, write_key: str, per_second: int) -> None:
    """Send until the process is stopped."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    due = time.perf_counter()
    while True:
        at = datetime.now(tz=UTC).isoformat()
        events = [
            {
                "type": "track",
                "event": f"Event {n % 40}",
                "userId": f"user-{n}",
                "messageId": uuid4().hex,
                "timestamp": at,
            }
            for n in range(100)
        ]
        _post(connection, msgspec.json.encode({"batch": events, "writeKey": write_key}))
        due += 100 / per_second
        time.sleep(max(0.0, due - time.perf_counter()))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(send_all(int(sys.argv[1]), msgspec.msgpack.decode(Path(sys.argv[2]).read_bytes()))))
    else:
        send_on(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
