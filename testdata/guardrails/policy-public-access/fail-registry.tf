resource "aws_ecr_registry_policy" "this" {
  policy = <<-JSON
    {
      "Version": "2012-10-17",
      "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": "ecr:ReplicateImage",
        "Resource": "arn:aws:ecr:eu-west-1:210987654321:repository/*"
      }]
    }
  JSON
}
