import FoundationEssentials

/// What a run writes about itself beside its checkpoints: metrics, TensorBoard's events and the learning curve.
struct RunRecords {
    private var metrics: MetricsLog
    private let events: EventFile
    private let run: RunFolder
    private var lastDrawing = ContinuousClock.now

    private let decisiveFigure: String?

    /// - Parameter step: where the run stands.
    init(_ run: RunFolder, step: Int, figureNames: [String], decisiveFigure: String?) throws {
        (self.run, self.decisiveFigure) = (run, decisiveFigure)
        metrics = try MetricsLog(
            folder: run.path, step: step, figureNames: figureNames, decisiveFigure: decisiveFigure)
        events = try EventFile(folder: run.path, step: step)
    }

    mutating func add(_ report: StepReport) throws {
        try metrics.add(report)
        let scalars: [(tag: String, value: Double)] = [
            ("loss/training", report.loss), ("loss/smoothed", report.smoothedLoss),
            ("optimizer/learning_rate", report.learningRate), ("optimizer/gradient_norm", report.gradientNorm),
            ("speed/\(report.itemName)_per_second", Double(report.itemCount) / report.seconds),
        ]
        try events.add(scalars, step: report.step)
    }

    mutating func add(_ report: ValidationReport) throws {
        try metrics.add(report)
        var scalars: [(tag: String, value: Double)] = [("loss/validation", report.loss)]
        for (name, value) in report.figures.sorted(by: { $0.key < $1.key }) {
            scalars.append(("validation/\(name)", value))
        }
        try events.add(scalars, step: report.step)
        // Evaluations may follow each other quickly, and the picture is for eyes.
        let now = ContinuousClock.now
        guard now - lastDrawing > .seconds(10) else { return }
        lastDrawing = now
        try drawCurve()
    }

    func sync() throws { try metrics.sync() }

    /// Brings everything to its final form.
    func finish() throws {
        try metrics.sync()
        try drawCurve()
    }

    private func drawCurve() throws {
        guard !metrics.history.steps.isEmpty else { return }
        let curve = LearningCurve(metrics.history, title: run.title, decisiveFigure: decisiveFigure)
        try RunFolder.write(Data(curve.svg().utf8), to: run.file("curve.svg"))
        try RunFolder.write(Data(try curve.png()), to: run.file("curve.png"))
    }
}
