import App

@main
struct Bailiwick {
    static func main() {}
}
