#!/usr/bin/env bash
# Creates an instance with curl and jq: sign in, ask, poll the job, show the instance.
#
#   export TM_API_URL=https://tenants.example.org TM_CLIENT_ID=… TM_CLIENT_SECRET=…
#   ./onboard.sh district-255901 'Grand Bend 2026' 2026
#
# Run it again at any time: the same request gets the same job while it runs, and the instance once it is there.
# Ends with 0 when the instance is active, 1 when the job has failed, 2 when the request was refused.
set -euo pipefail

tenant=${1:?which tenant?} name=${2:?which name?} year=${3:-}
: "${TM_API_URL:?}" "${TM_CLIENT_ID:?}" "${TM_CLIENT_SECRET:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# call METHOD PATH [BODY]: prints the status; the answer is in $work/body and $work/head. The secret and the token go to
# curl on stdin, so that they are in no list of processes.
call() {
  local data=()
  if [ $# -ge 3 ]; then data=(--json "$3"); fi
  curl --silent --show-error --retry 5 --retry-connrefused --output "$work/body" --dump-header "$work/head" \
    --write-out '%{http_code}' --request "$1" "${data[@]}" --config - "$TM_API_URL$2" <<<"header = \"Authorization: Bearer ${token:-}\""
}

# A refusal is problem+json: `code` is for programs, `detail` and `errors` for people.
refused() {
  jq -r '"\(.code): \(.detail)", (.errors // [] | .[] | "  \(.pointer): \(.detail)")' "$work/body" >&2
  exit 2
}

status=$(curl --silent --show-error --output "$work/body" --write-out '%{http_code}' --config - "$TM_API_URL/connect/token" <<EOT
data = "grant_type=client_credentials"
data-urlencode = "client_id=$TM_CLIENT_ID"
data-urlencode = "client_secret=$TM_CLIENT_SECRET"
EOT
)
[ "$status" = 200 ] || refused
token=$(jq -r .access_token "$work/body")

body=$(jq -n --arg tenant "$tenant" --arg name "$name" --arg year "$year" \
  '{tenant: $tenant, name: $name} + if $year == "" then {} else {contexts: {schoolYearFromRoute: $year}} end')
status=$(call POST /v1/instances "$body")
case $status in
  200) # It is there already, and just as asked for.
    id=$(jq -r .id "$work/body") ;;
  202)
    job=$(jq -r .job.id "$work/body") id=$(jq -r .instance.id "$work/body")
    echo "job $job" >&2
    until [ "$(jq -r '.finishedAt // empty' "$work/job" 2>/dev/null)" ]; do
      # Prefer lets the API answer as soon as the job has ended, at the latest after 20 seconds.
      curl --silent --show-error --retry 10 --retry-connrefused --fail --output "$work/job" --config - \
        "$TM_API_URL/v1/jobs/$job" <<<"header = \"Authorization: Bearer $token\"
header = \"Prefer: wait=20\""
      jq -r '"\(.status) \(.progress) %"' "$work/job" >&2
    done
    if [ "$(jq -r .status "$work/job")" != succeeded ]; then
      jq -r '"\(.error.code): \(.error.detail)"' "$work/job" >&2
      exit 1
    fi ;;
  *) refused ;;
esac

status=$(call GET "/v1/instances/$id")
[ "$status" = 200 ] || refused
jq '{id, tenant, name, status, databaseName, odsInstanceId}' "$work/body"
