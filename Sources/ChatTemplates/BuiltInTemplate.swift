/// Chat templates that come with the programs, for models that bring none: the formats of well-known families in their plain
/// form, without tools.
public enum BuiltInTemplate: String, Sendable, CaseIterable {
    /// ChatML, of which Qwen, SmolLM and many others are.
    case chatml
    /// Llama 2 and the first Mistral.
    case llama2 = "llama-2"
    /// Llama 3.
    case llama3 = "llama-3"
    /// Mistral from its third version on.
    case mistral
    /// Gemma.
    case gemma
    /// Zephyr, TinyLlama.
    case zephyr
    /// Phi-3.
    case phi3 = "phi-3"
    /// No special tokens at all, for models that never saw a conversation.
    case plain

    /// The template, which is well formed.
    public func template() throws -> ChatTemplate { try ChatTemplate(source, name: rawValue) }

    /// What a model would go on with that has no token to end an answer.
    public var stopStrings: [String] { self == .plain ? ["\nUser:", "\nAssistant:"] : [] }

    public var source: String {
        switch self {
        case .chatml:
            #"""
            {%- for message in messages -%}
                {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' -}}
            {%- endfor -%}
            {%- if add_generation_prompt -%}
                {{- '<|im_start|>assistant\n' -}}
            {%- endif -%}
            """#
        case .llama2:
            #"""
            {%- set opening = '' -%}
            {%- set turns = messages -%}
            {%- if messages[0].role == 'system' -%}
                {%- set opening = '<<SYS>>\n' ~ messages[0].content | trim ~ '\n<</SYS>>\n\n' -%}
                {%- set turns = messages[1:] -%}
            {%- endif -%}
            {%- for turn in turns -%}
                {%- if turn.role != ('user', 'assistant')[loop.index0 % 2] -%}
                    {{- raise_exception('this model wants user and assistant to speak in turn, the user first') -}}
                {%- endif -%}
                {%- if turn.role == 'user' -%}
                    {{- bos_token ~ '[INST] ' ~ (opening if loop.first else '') ~ turn.content | trim ~ ' [/INST]' -}}
                {%- else -%}
                    {{- ' ' ~ turn.content | trim ~ ' ' ~ eos_token -}}
                {%- endif -%}
            {%- endfor -%}
            """#
        case .llama3:
            #"""
            {{- bos_token -}}
            {%- for message in messages -%}
                {{- '<|start_header_id|>' ~ message.role ~ '<|end_header_id|>\n\n' ~ message.content | trim ~ '<|eot_id|>' -}}
            {%- endfor -%}
            {%- if add_generation_prompt -%}
                {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' -}}
            {%- endif -%}
            """#
        case .mistral:
            #"""
            {{- bos_token -}}
            {%- set state = namespace(opening='', expected='user') -%}
            {%- for message in messages -%}
                {%- if message.role == 'system' and loop.first -%}
                    {%- set state.opening = message.content ~ '\n\n' -%}
                    {%- continue -%}
                {%- endif -%}
                {%- if message.role != state.expected -%}
                    {{- raise_exception('this model wants user and assistant to speak in turn, the user first') -}}
                {%- endif -%}
                {%- if message.role == 'user' -%}
                    {{- '[INST] ' ~ state.opening ~ message.content ~ '[/INST]' -}}
                    {%- set state.opening = '' -%}
                    {%- set state.expected = 'assistant' -%}
                {%- else -%}
                    {{- ' ' ~ message.content ~ eos_token -}}
                    {%- set state.expected = 'user' -%}
                {%- endif -%}
            {%- endfor -%}
            """#
        case .gemma:
            #"""
            {{- bos_token -}}
            {%- set state = namespace(opening='') -%}
            {%- for message in messages -%}
                {%- if message.role == 'system' and loop.first -%}
                    {%- set state.opening = message.content | trim ~ '\n\n' -%}
                {%- else -%}
                    {{- '<start_of_turn>' ~ ('model' if message.role == 'assistant' else message.role) ~ '\n' -}}
                    {{- state.opening ~ message.content | trim ~ '<end_of_turn>\n' -}}
                    {%- set state.opening = '' -%}
                {%- endif -%}
            {%- endfor -%}
            {%- if add_generation_prompt -%}
                {{- '<start_of_turn>model\n' -}}
            {%- endif -%}
            """#
        case .zephyr:
            #"""
            {%- for message in messages -%}
                {{- '<|' ~ message.role ~ '|>\n' ~ message.content ~ eos_token ~ '\n' -}}
            {%- endfor -%}
            {%- if add_generation_prompt -%}
                {{- '<|assistant|>\n' -}}
            {%- endif -%}
            """#
        case .phi3:
            #"""
            {%- for message in messages -%}
                {{- '<|' ~ message.role ~ '|>\n' ~ message.content ~ '<|end|>\n' -}}
            {%- endfor -%}
            {%- if add_generation_prompt -%}
                {{- '<|assistant|>\n' -}}
            {%- endif -%}
            """#
        case .plain:
            #"""
            {%- for message in messages -%}
                {%- if message.role == 'system' -%}
                    {{- message.content ~ '\n\n' -}}
                {%- else -%}
                    {{- message.role | capitalize ~ ': ' ~ message.content ~ '\n' -}}
                {%- endif -%}
            {%- endfor -%}
            {%- if add_generation_prompt -%}
                {{- 'Assistant:' -}}
            {%- endif -%}
            """#
        }
    }
}
