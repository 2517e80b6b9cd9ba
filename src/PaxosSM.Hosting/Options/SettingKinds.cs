namespace PaxosSM.Hosting;

/// <summary>Makes settings of each kind.</summary>
internal static class SettingKinds
{
    public static PaxosSetting Duration(
        string name, string help, Func<PaxosOptions, TimeSpan> get, Action<PaxosOptions, TimeSpan> set) =>
        new(
            name,
            "duration",
            help,
            (options, text) => set(options, SettingText.Duration(text)),
            options => SettingText.Show(get(options)));

    public static PaxosSetting Count(
        string name, string help, Func<PaxosOptions, int> get, Action<PaxosOptions, int> set) =>
        new(
            name,
            "number",
            help,
            (options, text) => set(options, (int)SettingText.Number(text, int.MaxValue)),
            options => SettingText.Show(get(options)));

    public static PaxosSetting LongCount(
        string name, string help, Func<PaxosOptions, long> get, Action<PaxosOptions, long> set) =>
        new(
            name,
            "number",
            help,
            (options, text) => set(options, SettingText.Number(text, long.MaxValue)),
            options => SettingText.Show(get(options)));
}
