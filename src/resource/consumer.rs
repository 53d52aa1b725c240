//! What pulls images: task definitions, functions and other users of an image reference.
//! Sources: AWS::ECS::TaskDefinition, AWS::Lambda::Function, AWS::Serverless::Function, AWS::AppRunner::Service,
//! AWS::Batch::JobDefinition, AWS::SageMaker::Model, AWS::CodeBuild::Project; Terraform's resources of the same services.

use super::{Default, Field, Kind, Shape};

/// The kinds of this room.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "ecs_task",
        terraform: &["aws_ecs_task_definition"],
        cloudformation: &["AWS::ECS::TaskDefinition"],
        fields: ECS_TASK,
    },
    Kind {
        name: "lambda_function",
        terraform: &["aws_lambda_function"],
        cloudformation: &["AWS::Lambda::Function"],
        fields: LAMBDA_FUNCTION,
    },
    Kind {
        name: "serverless_function",
        terraform: &[],
        cloudformation: &["AWS::Serverless::Function"],
        fields: SERVERLESS_FUNCTION,
    },
    Kind {
        name: "apprunner_service",
        terraform: &["aws_apprunner_service"],
        cloudformation: &["AWS::AppRunner::Service"],
        fields: APPRUNNER_SERVICE,
    },
    Kind {
        name: "batch_job",
        terraform: &["aws_batch_job_definition"],
        cloudformation: &["AWS::Batch::JobDefinition"],
        fields: BATCH_JOB,
    },
    Kind {
        name: "sagemaker_model",
        terraform: &["aws_sagemaker_model"],
        cloudformation: &["AWS::SageMaker::Model"],
        fields: SAGEMAKER_MODEL,
    },
    Kind {
        name: "codebuild_project",
        terraform: &["aws_codebuild_project"],
        cloudformation: &["AWS::CodeBuild::Project"],
        fields: CODEBUILD_PROJECT,
    },
];

const ECS_TASK: &[Field] = &[Field::new(
    "containers",
    Shape::Any,
    ["container_definitions", "ContainerDefinitions"],
    Default::Null,
    "its containers: a list of objects, in Terraform as JSON text",
)];

const LAMBDA_FUNCTION: &[Field] = &[Field::new(
    "image",
    Shape::Text,
    ["image_uri", "Code.ImageUri"],
    Default::Null,
    "its image",
)];

const SERVERLESS_FUNCTION: &[Field] = &[Field::new(
    "image",
    Shape::Text,
    ["", "ImageUri"],
    Default::Null,
    "its image",
)];

const APPRUNNER_SERVICE: &[Field] = &[Field::new(
    "image",
    Shape::Text,
    [
        "source_configuration.image_repository.image_identifier",
        "SourceConfiguration.ImageRepository.ImageIdentifier",
    ],
    Default::Null,
    "its image",
)];

const BATCH_JOB: &[Field] = &[
    Field::new(
        "image",
        Shape::Text,
        ["", "ContainerProperties.Image"],
        Default::Null,
        "its image",
    ),
    Field::new(
        "containers",
        Shape::Any,
        ["container_properties", ""],
        Default::Null,
        "its container as JSON text",
    ),
    Field::new(
        "tasks",
        Shape::Any,
        ["ecs_properties", "EcsProperties"],
        Default::Null,
        "its tasks of ECS, in Terraform as JSON text",
    ),
    Field::new(
        "nodes",
        Shape::Any,
        ["node_properties", "NodeProperties"],
        Default::Null,
        "its nodes, in Terraform as JSON text",
    ),
    Field::new(
        "pods",
        Shape::Any,
        ["eks_properties", "EksProperties"],
        Default::Null,
        "its pods of EKS",
    ),
];

const SAGEMAKER_MODEL: &[Field] = &[
    Field::new(
        "image",
        Shape::Text,
        ["primary_container.image", "PrimaryContainer.Image"],
        Default::Null,
        "its image",
    ),
    Field::new(
        "containers",
        Shape::Any,
        ["container", "Containers"],
        Default::Null,
        "its containers: a list of objects",
    ),
];

const CODEBUILD_PROJECT: &[Field] = &[Field::new(
    "image",
    Shape::Text,
    ["environment.image", "Environment.Image"],
    Default::Null,
    "its image",
)];
