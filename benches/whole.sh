#!/usr/bin/env bash
# How long whole runs take: one file, and copies of the example project. Prints milliseconds of processor time, the least of five
# runs, and what it is for each file. Usage: benches/whole.sh [BINARY]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
binary=$(realpath "${1:-target/release/ecr-guard}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Processor time of a run in milliseconds: user and system.
once() {
    local TIMEFORMAT='%U %S' times
    times=$({ time "$binary" check --format json "$1" >/dev/null 2>&1 || true; } 2>&1)
    awk '{printf "%d\n", ($1 + $2) * 1000}' <<<"$times"
}

least() {
    local _
    for _ in 1 2 3 4 5; do once "$1"; done | sort -n | head -1
}

row() {
    local files
    files=$(find "$2" -type f ! -name ecr-guard.yaml | wc -l)
    local ms
    ms=$(least "$2")
    awk -v name="$1" -v files="$files" -v ms="$ms" \
        'BEGIN {printf "%-24s %6d files %8d ms %8.2f ms a file\n", name, files, ms, ms / files}'
}

row "one file" testdata/projects/newcomer
for copies in 1 10 100; do
    mkdir "$work/$copies"
    for ((i = 0; i < copies; i++)); do
        cp -r testdata/projects/shop "$work/$copies/project-$i"
    done
    row "$copies x the example" "$work/$copies"
done

# Files that hold nothing about ECR cost next to nothing.
mkdir "$work/other"
for ((i = 0; i < 1000; i++)); do
    mkdir "$work/other/$i"
    printf 'resource "aws_s3_bucket" "b%d" {\n  bucket = "b-%d"\n}\n' "$i" "$i" >"$work/other/$i/main.tf"
done
row "1,000 without ECR" "$work/other"
