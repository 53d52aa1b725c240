resource "aws_iam_role_policy_attachment" "this" {
  role       = "build"
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
}
