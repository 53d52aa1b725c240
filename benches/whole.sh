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

# What a company's checkout looks like: 125 root modules of eight files, one of them about ECR.
body() { # MODULE FILE BLOCKS
    local n
    for ((n = 0; n < $3; n++)); do
        cat <<EOF
resource "aws_security_group" "s$2_$n" {
  name   = "\${local.prefix}-$1-$2-$n"
  vpc_id = var.vpc_id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["10.$n.0.0/16", "10.1$n.0.0/16"]
  }
  tags = merge(local.tags, { Name = "\${local.prefix}-$2-$n", Service = "web" })
}

resource "aws_iam_role" "r$2_$n" {
  name = "\${local.prefix}-$1-$2-$n"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ecs-tasks.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

EOF
    done
}
mkdir "$work/fleet"
for ((i = 0; i < 125; i++)); do
    mkdir "$work/fleet/$i"
    printf 'variable "vpc_id" {\n  type = string\n}\n' >"$work/fleet/$i/variables.tf"
    printf 'locals {\n  prefix = "team-%d"\n  tags   = { Team = "team-%d" }\n}\n' "$i" "$i" >"$work/fleet/$i/locals.tf"
    cat >"$work/fleet/$i/ecr.tf" <<EOF
resource "aws_ecr_repository" "app" {
  name                 = "\${local.prefix}/app"
  image_tag_mutability = "IMMUTABLE"
  tags                 = local.tags
}

resource "aws_ecr_repository_policy" "app" {
  repository = aws_ecr_repository.app.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Pull"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::345678901234:role/deploy-$i" }
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    }]
  })
}
EOF
    for file in network iam storage compute alarms; do
        body "$i" "$file" 3 >"$work/fleet/$i/$file.tf"
    done
done
row "a fleet of modules" "$work/fleet"

# Files that hold nothing about ECR cost next to nothing.
mkdir "$work/other"
for ((i = 0; i < 1000; i++)); do
    mkdir "$work/other/$i"
    printf 'resource "aws_s3_bucket" "b%d" {\n  bucket = "b-%d"\n}\n' "$i" "$i" >"$work/other/$i/main.tf"
done
row "1,000 without ECR" "$work/other"
