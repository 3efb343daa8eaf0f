#!/usr/bin/env python3
"""Onboards a CSV file as one batch and watches it. Needs Python 3.8 or later and nothing else.

    export TM_API_URL=https://tenants.example.org TM_CLIENT_ID=... TM_CLIENT_SECRET=...
    python3 onboard_csv.py districts.csv results.csv

Columns: tenant and name, and as wished ref, displayName, instanceType, server, template, databaseName, context.<key>,
label.<key>. Sending the same file again is safe: what is there already counts as unchanged. Ends with 0 when all have
succeeded, 1 when some have failed, 2 when the file was refused.
"""
import csv
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

API = os.environ["TM_API_URL"].rstrip("/")
RESULTS = ["ref", "tenant", "name", "instanceId", "status", "databaseName", "odsInstanceId", "jobId", "error"]


class Refused(Exception):
    """The API has said no; `problem` says why."""

    def __init__(self, problem):
        super().__init__(problem.get("detail"))
        self.problem = problem


class Client:
    def __init__(self):
        self.token, self.renew_at = None, 0

    def sign_in(self):
        form = urllib.parse.urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": os.environ["TM_CLIENT_ID"],
                "client_secret": os.environ["TM_CLIENT_SECRET"],
            }
        ).encode()
        answer = self.send(urllib.request.Request(API + "/connect/token", form))[0]
        self.token = answer["access_token"]
        self.renew_at = time.monotonic() + answer["expires_in"] * 0.8

    def call(self, method, path, body=None):
        """Returns the answer and the seconds to wait before asking again."""
        if time.monotonic() >= self.renew_at:
            self.sign_in()
        headers = {"Authorization": "Bearer " + self.token}
        data = None
        if method == "POST":
            # The same key again gets the same answer, so a POST whose answer was lost can be repeated.
            headers.update({"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())})
            data = json.dumps(body).encode()
        return self.send(urllib.request.Request(API + path, data, headers, method=method))

    def send(self, request):
        for attempt in range(60):
            wait = min(0.5 * 2**attempt, 5)
            try:
                with urllib.request.urlopen(request, timeout=120) as answer:
                    return json.load(answer), float(answer.headers.get("Retry-After", 2))
            except urllib.error.HTTPError as error:
                text = error.read()
                if error.code not in (429, 502, 503, 504):
                    raise Refused(problem_in(text, error.code)) from None
                wait = max(wait, float(error.headers.get("Retry-After") or 0))
                reason = "status %d" % error.code
            except OSError as error:  # no connection, or one that broke
                reason = str(error)
            print("The API does not answer (%s); trying again ..." % reason, file=sys.stderr)
            time.sleep(wait)
        raise SystemExit("The API does not answer.")


def problem_in(text, status):
    try:
        return json.loads(text)
    except ValueError:
        return {"code": "unexpected_answer", "detail": "status %d" % status}


def read_items(file):
    """Reads the rows as items of a batch; every cell is text, an empty one counts as absent."""
    items, lines = [], []
    # utf-8-sig: with or without byte order mark, as Excel writes it.
    with open(file, encoding="utf-8-sig", newline="") as source:
        reader = csv.DictReader(source)
        for row in reader:
            item = {"ref": "line %d" % reader.line_num}
            for column, cell in row.items():
                if column is None or cell is None:
                    raise SystemExit("line %d has not as many cells as the header" % reader.line_num)
                if cell.strip() == "":
                    continue
                name, _, key = column.strip().partition(".")
                if name in ("context", "label") and key:
                    item.setdefault(name + "s", {})[key] = cell.strip()
                else:
                    item[column.strip()] = cell.strip()
            items.append(item)
            lines.append(reader.line_num)
    return items, lines


def main(file, out):
    client = Client()
    items, lines = read_items(file)
    try:
        answer, wait = client.call("POST", "/v1/batches", {"operation": "instance.create", "items": items})
    except Refused as refused:
        print("%s: %s" % (refused.problem.get("code"), refused.problem.get("detail")), file=sys.stderr)
        for fault in refused.problem.get("errors", []):
            parts = fault["pointer"].split("/")
            is_item = len(parts) > 2 and parts[1] == "items" and parts[2].isdigit()
            place = "line %d %s" % (lines[int(parts[2])], "/".join(parts[3:])) if is_item else fault["pointer"]
            print("  %s: %s" % (place, fault["detail"]), file=sys.stderr)
        return 2
    batch = answer["batch"]
    print("batch %s" % batch["id"], file=sys.stderr)
    while batch["finishedAt"] is None:
        time.sleep(wait)
        batch, wait = client.call("GET", "/v1/batches/" + batch["id"])
        counts = ", ".join("%d %s" % (count, what) for what, count in batch["counts"].items() if count)
        print("%s: %s" % (batch["status"], counts), file=sys.stderr)

    with open(out, "w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, RESULTS, extrasaction="ignore")
        writer.writeheader()
        cursor = ""
        while cursor is not None:
            page, _ = client.call("GET", "/v1/batches/%s/items?limit=200%s" % (batch["id"], cursor))
            for item in page["items"]:
                item["error"] = item["error"] and "%s: %s" % (item["error"]["code"], item["error"]["detail"])
                item["status"] = "unchanged" if item["outcome"] == "unchanged" else item["status"]
                writer.writerow(item)
            cursor = page["nextCursor"] and "&cursor=" + urllib.parse.quote(page["nextCursor"])
    return 0 if batch["status"] == "succeeded" else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: onboard_csv.py FILE RESULTS")
    try:
        sys.exit(main(sys.argv[1], sys.argv[2]))
    except Refused as refused:
        print("%s: %s" % (refused.problem.get("code"), refused.problem.get("detail")), file=sys.stderr)
        sys.exit(2)
