resource "aws_sagemaker_model" "ranking" {
  execution_role_arn = "arn:aws:iam::210987654321:role/ranking"
  container {
    image = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/app:1.4.2"
  }
  container {
    image = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/app:latest" # expect
  }
}

resource "aws_batch_job_definition" "tasks" {
  name           = "tasks"
  type           = "container"
  ecs_properties = jsonencode({
    taskProperties = [{
      containers = [
        { name = "a", image = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/app:1.4.2" },
        { name = "b", image = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/app" }, # expect
      ]
    }]
  })
}

resource "aws_batch_job_definition" "nodes" {
  name            = "nodes"
  type            = "multinode"
  node_properties = jsonencode({
    mainNode = 0
    numNodes = 1
    nodeRangeProperties = [{
      targetNodes = "0:"
      container   = { image = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/app:latest" } # expect
    }]
  })
}

resource "aws_batch_job_definition" "pods" {
  name = "pods"
  type = "container"
  eks_properties {
    pod_properties {
      init_containers {
        image = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/app:latest" # expect
      }
      containers {
        image = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/app:latest" # expect
      }
    }
  }
}

resource "awscc_apprunner_service" "shop" {
  source_configuration = {
    image_repository = {
      image_identifier      = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/app:latest" # expect
      image_repository_type = "ECR"
    }
  }
}

resource "awscc_batch_job_definition" "tasks" {
  type = "container"
  ecs_properties = {
    task_properties = [{ containers = [{ image = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/app:latest" }] }] # expect
  }
}
