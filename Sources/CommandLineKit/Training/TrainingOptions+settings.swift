import Optimizers
public import Training

extension TrainingOptions {
    /// The settings that these options ask for; what they leave open is that of `preset`.
    public func settings(preset: TrainingSettings) -> TrainingSettings {
        var settings = preset
        // A limit that was asked for replaces all of the preset's.
        if maxSteps != nil || epochs != nil || maxTime != nil {
            (settings.maximumSteps, settings.epochs, settings.maximumSeconds) = (maxSteps, epochs, maxTime?.seconds)
        }
        settings.accumulation = accumulation ?? settings.accumulation
        settings.evaluationInterval = evaluateEvery ?? settings.evaluationInterval
        settings.evaluationBatches = evaluationBatches ?? settings.evaluationBatches
        settings.saveInterval = saveEvery ?? settings.saveInterval
        settings.patience = patience ?? settings.patience
        settings.keptCheckpoints = keep ?? settings.keptCheckpoints
        settings.seed = seed.map(UInt64.init) ?? settings.seed
        settings.averageDecay = average ?? settings.averageDecay
        settings.overfitsOneBatch = overfitBatch || settings.overfitsOneBatch
        if let clip { settings.gradientNormLimit = clip == 0 ? nil : clip }
        settings.schedule = scheduled(settings.schedule)
        settings.optimizer = optimized(settings.optimizer)
        return settings
    }

    private func scheduled(_ preset: LearningRateSchedule) -> LearningRateSchedule {
        var result = preset
        result.peak = learningRate ?? preset.peak
        // A run much shorter than the preset's has a shorter warm-up.
        result.warmUpSteps = warmUp ?? min(preset.warmUpSteps, maxSteps.map { max(1, $0 / 10) } ?? .max)
        result.finalFraction = finalRate ?? preset.finalFraction
        switch schedule {
        case .constant: result.curve = .constant
        case .linear: result.curve = .linear
        case .cosine: result.curve = .cosine
        case .inverseSquareRoot: result.curve = .inverseSquareRoot
        case .step: result.curve = .step(interval: stepInterval ?? 1000, factor: stepFactor ?? 0.5)
        case .plateau: result.curve = .plateau(patience: plateauPatience ?? 2, factor: stepFactor ?? 0.5)
        case nil: break
        }
        return result
    }

    private func optimized(_ preset: OptimizerChoice) -> OptimizerChoice {
        switch (optimizer, preset) {
        case (.sgd, .adamW): return sgd(SGD.Settings(momentum: 0.9))
        case (.sgd, .sgd(let settings)), (nil, .sgd(let settings)): return sgd(settings)
        case (.adamw, .sgd): return adamW(AdamW.Settings())
        case (.adamw, .adamW(let settings)), (nil, .adamW(let settings)): return adamW(settings)
        }
    }

    private func adamW(_ preset: AdamW.Settings) -> OptimizerChoice {
        .adamW(
            AdamW.Settings(
                beta1: beta1 ?? preset.beta1, beta2: beta2 ?? preset.beta2, epsilon: preset.epsilon,
                weightDecay: weightDecay ?? preset.weightDecay))
    }

    private func sgd(_ preset: SGD.Settings) -> OptimizerChoice {
        .sgd(
            SGD.Settings(
                momentum: momentum ?? preset.momentum, dampening: preset.dampening,
                weightDecay: weightDecay ?? preset.weightDecay, usesNesterov: nesterov || preset.usesNesterov))
    }
}

extension TrainingSettings {
    /// The same settings as options by name, from which ``TrainingOptions`` makes them again.
    ///
    /// - Parameter batchSize: samples of a batch, which the data know and not the settings.
    public func options(batchSize: Int) -> [String: OptionValue] {
        var options: [String: OptionValue] = [
            "batch-size": .integer(batchSize), "accumulation": .integer(accumulation),
            "learning-rate": .number(schedule.peak), "warm-up": .integer(schedule.warmUpSteps),
            "final-rate": .number(schedule.finalFraction), "evaluate-every": .integer(evaluationInterval),
            "keep": .integer(keptCheckpoints), "seed": .integer(Int(seed)), "clip": .number(gradientNormLimit ?? 0),
            "overfit-batch": .flag(overfitsOneBatch),
        ]
        options["max-steps"] = maximumSteps.map { .integer($0) }
        options["epochs"] = epochs.map { .integer($0) }
        options["max-time"] = maximumSeconds.map { .text("\($0)s") }
        options["evaluation-batches"] = evaluationBatches.map { .integer($0) }
        options["save-every"] = saveInterval.map { .integer($0) }
        options["patience"] = patience.map { .integer($0) }
        options["average"] = averageDecay.map { .number($0) }
        switch optimizer {
        case .adamW(let adamW):
            options["optimizer"] = .text("adamw")
            options["beta1"] = .number(adamW.beta1)
            options["beta2"] = .number(adamW.beta2)
            options["weight-decay"] = .number(adamW.weightDecay)
        case .sgd(let sgd):
            options["optimizer"] = .text("sgd")
            options["momentum"] = .number(sgd.momentum)
            options["nesterov"] = .flag(sgd.usesNesterov)
            options["weight-decay"] = .number(sgd.weightDecay)
        }
        switch schedule.curve {
        case .constant: options["schedule"] = .text("constant")
        case .linear: options["schedule"] = .text("linear")
        case .cosine: options["schedule"] = .text("cosine")
        case .inverseSquareRoot: options["schedule"] = .text("inverse-square-root")
        case .step(let interval, let factor):
            options["schedule"] = .text("step")
            options["step-interval"] = .integer(interval)
            options["step-factor"] = .number(factor)
        case .plateau(let patience, let factor):
            options["schedule"] = .text("plateau")
            options["plateau-patience"] = .integer(patience)
            options["step-factor"] = .number(factor)
        }
        return options
    }
}
